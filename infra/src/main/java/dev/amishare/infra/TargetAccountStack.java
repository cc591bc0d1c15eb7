package dev.amishare.infra;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.Aws;
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
 * say "DryRun only", so a volume that is not encrypted and every use of a key are denied, whatever else lets them; an instance with an
 * encrypted volume never starts without a key.
 *
 * <p>The template names no account but the source, so that one file serves every target.
 */
final class TargetAccountStack extends Stack {
    static final String VERIFIER_ROLE = "AmiShareVerifier";

    /**
     * All that KMS knows but DescribeKey, and what only reads metadata, which nothing allows. IAM has no "all but": a test holds the list
     * against the Service Authorization Reference.
     */
    private static final List<String> USES_OF_KEYS = Stream.of(
                    "CancelKeyDeletion",
                    "ConnectCustomKeyStore",
                    "CreateAlias",
                    "CreateCustomKeyStore",
                    "CreateGrant",
                    "CreateKey",
                    "Decrypt",
                    "DeleteAlias",
                    "DeleteCustomKeyStore",
                    "DeleteImportedKeyMaterial",
                    "DeriveSharedSecret",
                    "DisableKey",
                    "DisableKeyRotation",
                    "DisconnectCustomKeyStore",
                    "EnableKey",
                    "EnableKeyRotation",
                    "Encrypt",
                    "GenerateDataKey",
                    "GenerateDataKeyPair",
                    "GenerateDataKeyPairWithoutPlaintext",
                    "GenerateDataKeyWithoutPlaintext",
                    "GenerateMac",
                    "GenerateRandom",
                    "GetParametersForImport",
                    "GetPublicKey",
                    "ImportKeyMaterial",
                    "PutKeyPolicy",
                    "ReEncryptFrom",
                    "ReEncryptTo",
                    "ReplicateKey",
                    "RetireGrant",
                    "RevokeGrant",
                    "RotateKeyOnDemand",
                    "ScheduleKeyDeletion",
                    "Sign",
                    "SynchronizeMultiRegionKey",
                    "TagResource",
                    "UntagResource",
                    "UpdateAlias",
                    "UpdateCustomKeyStore",
                    "UpdateKeyDescription",
                    "UpdatePrimaryRegion",
                    "Verify",
                    "VerifyMac")
            .map("kms:"::concat)
            .toList();

    TargetAccountStack(Construct scope, String id, Settings settings, StackProps props) {
        super(scope, id, props);
        String source = settings.account();
        Role role = Role.Builder.create(this, VERIFIER_ROLE)
                .roleName(settings.named(VERIFIER_ROLE))
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
                                        arn("iam", "", source) + "role/" + settings.named(Permissions.VERIFY_ROLE))))))
                .build();
        permissions(settings).forEach(role::addToPolicy);
        NagSuppressions.addResourceSuppressions(
                role,
                List.of(NagPackSuppression.builder()
                        .id("AwsSolutions-IAM5")
                        .reason(
                                "Describe actions know no resources. The images, keys and networks that a DryRun names are not "
                                        + "known when this is deployed: they are narrowed by owner and instance type instead. Keys are only denied.")
                        .build()),
                true);
        CfnOutput.Builder.create(this, "VerifierRoleArn")
                .description("Assumed by the Verify function of account " + source)
                .value(role.getRoleArn())
                .build();
    }

    private Stream<PolicyStatement> permissions(Settings settings) {
        String source = settings.account();
        String here = arn("ec2", "*", Aws.ACCOUNT_ID);
        return Stream.of(
                // Describe actions know neither resources nor useful conditions.
                allow("SeeImages", List.of("ec2:DescribeImages"), List.of("*"), Map.of()),
                // Shows that the key can be reached, and gives no right to use it.
                allow("ReachKeys", List.of("kms:DescribeKey"), List.of(arn("kms", "*", source) + "key/*"), Map.of()),
                // An instance-store image has no volume, so nothing below would hold it.
                allow(
                        "DryRunImagesOfTheSource",
                        List.of("ec2:RunInstances"),
                        List.of(arn("ec2", "*", "") + "image/*"),
                        Map.of(
                                "StringEquals",
                                new TreeMap<>(Map.of("ec2:Owner", source, "ec2:RootDeviceType", "ebs")))),
                allow(
                        "DryRunNamedTypes",
                        List.of("ec2:RunInstances"),
                        List.of(here + "instance/*"),
                        Map.of("StringEquals", Map.of("ec2:InstanceType", settings.instanceTypes()))),
                // What every launch touches beside image and instance.
                allow(
                        "DryRunIntoAnyNetwork",
                        List.of("ec2:RunInstances"),
                        Stream.of("network-interface/*", "security-group/*", "subnet/*", "volume/*")
                                .map(here::concat)
                                .toList(),
                        Map.of()),
                // Also where EC2 does not say whether a volume is encrypted.
                statement(
                        Effect.DENY,
                        "NeverWithAVolumeThatIsNotEncrypted",
                        List.of("ec2:RunInstances"),
                        List.of(here + "volume/*"),
                        Map.of("BoolIfExists", Map.of("ec2:Encrypted", "false"))),
                // Also of the target's own keys: aws/ebs lets everybody in its account use it through EC2.
                statement(Effect.DENY, "NeverUseAKey", USES_OF_KEYS, List.of("*"), Map.of()));
    }

    private static String arn(String service, String region, String account) {
        return "arn:" + Aws.PARTITION + ":" + service + ":" + region + ":" + account + ":";
    }

    private static PolicyStatement allow(
            String sid, List<String> actions, List<String> resources, Map<String, Object> conditions) {
        return statement(Effect.ALLOW, sid, actions, resources, conditions);
    }

    private static PolicyStatement statement(
            Effect effect, String sid, List<String> actions, List<String> resources, Map<String, Object> conditions) {
        return PolicyStatement.Builder.create()
                .sid(sid)
                .effect(effect)
                .actions(actions)
                .resources(resources)
                .conditions(conditions)
                .build();
    }
}
