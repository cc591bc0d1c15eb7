package dev.amishare.infra;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.iam.AccountPrincipal;
import software.amazon.awscdk.services.iam.Effect;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.constructs.Construct;

/**
 * The target's side: a role through which Verify sees the shared image as this account sees it. It cannot launch for real: IAM cannot
 * say "DryRun only", so it has no right to use any key, and an instance with an encrypted volume never starts without one.
 */
final class TargetAccountStack extends Stack {
    static final String VERIFIER_ROLE = "AmiShareVerifier";

    TargetAccountStack(Construct scope, String id, Settings settings, StackProps props) {
        super(scope, id, props);
        String source = settings.account();
        Role role = Role.Builder.create(this, VERIFIER_ROLE)
                .roleName(VERIFIER_ROLE)
                .description("Lets AMI Share of account " + source + " verify, but not launch, the images it shares")
                .assumedBy(new AccountPrincipal(source)
                        .withConditions(Map.of(
                                "StringEquals",
                                new TreeMap<>(Map.of(
                                        "sts:ExternalId",
                                        source,
                                        // The account, narrowed to one role: naming the role itself would tie the trust
                                        // to its
                                        // unique id, and a role made anew by a redeployment would be locked out.
                                        "aws:PrincipalArn",
                                        "arn:aws:iam::" + source + ":role/" + Permissions.VERIFY_ROLE)))))
                .build();
        permissions(settings).forEach(role::addToPolicy);
        NagSuppressions.addResourceSuppressions(
                role,
                List.of(NagPackSuppression.builder()
                        .id("AwsSolutions-IAM5")
                        .reason(
                                "Describe actions know no resources. The images, keys and networks that a DryRun names are not "
                                        + "known when this is deployed: they are narrowed by owner and instance type instead.")
                        .build()),
                true);
        CfnOutput.Builder.create(this, "VerifierRoleArn")
                .description("Assumed by the Verify function of account " + source)
                .value(role.getRoleArn())
                .build();
    }

    private Stream<PolicyStatement> permissions(Settings settings) {
        String source = settings.account();
        String here = "arn:aws:ec2:*:" + getAccount() + ":";
        return Stream.of(
                // Describe actions know neither resources nor useful conditions.
                statement("SeeImages", List.of("ec2:DescribeImages"), List.of("*"), Map.of()),
                // Shows that the key can be reached, and gives no right to use it.
                statement(
                        "ReachKeys",
                        List.of("kms:DescribeKey"),
                        List.of("arn:aws:kms:*:" + source + ":key/*"),
                        Map.of()),
                statement(
                        "DryRunImagesOfTheSource",
                        List.of("ec2:RunInstances"),
                        List.of("arn:aws:ec2:*::image/*"),
                        Map.of("StringEquals", Map.of("ec2:Owner", source))),
                statement(
                        "DryRunNamedTypes",
                        List.of("ec2:RunInstances"),
                        List.of(here + "instance/*"),
                        Map.of("StringEquals", Map.of("ec2:InstanceType", settings.instanceTypes()))),
                // What every launch touches beside image and instance.
                statement(
                        "DryRunIntoAnyNetwork",
                        List.of("ec2:RunInstances"),
                        Stream.of("network-interface/*", "security-group/*", "subnet/*", "volume/*")
                                .map(here::concat)
                                .toList(),
                        Map.of()));
    }

    private static PolicyStatement statement(
            String sid, List<String> actions, List<String> resources, Map<String, Object> conditions) {
        return PolicyStatement.Builder.create()
                .sid(sid)
                .effect(Effect.ALLOW)
                .actions(actions)
                .resources(resources)
                .conditions(conditions)
                .build();
    }
}
