package dev.awssandbox.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.StsException;

final class AssumeRoleTest {
    private static final String SOURCE = "111111111111";
    private static final String TARGET = "222222222222";
    private static final String VERIFIER = "arn:aws:iam::222222222222:role/Verifier";

    /** The trust that the product deploys into targets. */
    private static final String TRUST_IN_VERIFY =
            """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
              "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "111111111111"},
              "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/Verify"}}}]}""";

    @Test
    void theRoleThatTheTrustNamesByConditionMayAssumeWithTheRightExternalId() {
        try (Cloud cloud = cloud()) {
            Caller verify = verifyRole(cloud, "Verify");

            Caller session = assumed(cloud, verify, request -> request.externalId(SOURCE));

            assertThat(session.arn()).isEqualTo("arn:aws:sts::222222222222:assumed-role/Verifier/probe");
            assertThat(session.principalArn()).isEqualTo(VERIFIER);
            assertThat(session.userId()).isEqualTo(cloud.iam().roleId(VERIFIER).orElseThrow() + ":probe");
        }
    }

    @Test
    void anotherExternalIdNoneAndAnotherRoleAreRefusedAlike() {
        try (Cloud cloud = cloud()) {
            Caller verify = verifyRole(cloud, "Verify");
            Caller other = verifyRole(cloud, "Other");

            assertDenied(cloud, verify, request -> request.externalId("333333333333"));
            assertDenied(cloud, verify, request -> {});
            assertDenied(cloud, other, request -> request.externalId(SOURCE));
            assertDenied(cloud, Caller.administrator(SOURCE), request -> request.externalId(SOURCE));
        }
    }

    @Test
    void acrossAccountsTheCallersOwnPolicyMustAllowItToo() {
        try (Cloud cloud = cloud()) {
            role(cloud, TARGET, "Verifier", TRUST_IN_VERIFY);
            Caller verify = role(cloud, SOURCE, "Verify", trustIn("lambda.amazonaws.com"));

            assertDenied(cloud, verify, request -> request.externalId(SOURCE));
        }
    }

    @Test
    void aRoleThatDoesNotExistLooksLikeOneThatIsForbidden() {
        try (Cloud cloud = cloud()) {
            Caller verify = verifyRole(cloud, "Verify");

            assertDenied(cloud, verify, request -> request.externalId(SOURCE)
                    .roleArn("arn:aws:iam::333333333333:role/Verifier"));
        }
    }

    @Test
    void trustInAnOrganizationLetsItsMembersInOnly() {
        try (Cloud cloud = cloud()) {
            cloud.organization()
                    .replace("o-example1234", "999999999998", Map.of(SOURCE, "o-example1234/r-ab12/ou-ab12-cdefgh34/"));
            role(
                    cloud,
                    TARGET,
                    "Verifier",
                    """
                    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole",
                      "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-example1234"}}}}""");

            assertThat(assumed(cloud, Caller.administrator(SOURCE), request -> {})
                            .account())
                    .isEqualTo(TARGET);
            assertDenied(cloud, Caller.administrator("333333333333"), request -> {});
        }
    }

    @Test
    void saysWhichPolicyRefusesButNotWhetherAnotherAccountsRoleExists() {
        try (Cloud cloud = cloud()) {
            role(cloud, TARGET, "Verifier", TRUST_IN_VERIFY);
            role(cloud, SOURCE, "Closed", trustIn("ec2.amazonaws.com"));
            Caller verify = role(cloud, SOURCE, "Verify", trustIn("lambda.amazonaws.com"));

            assertThatThrownBy(() -> assume(cloud, verify, request -> request.externalId(SOURCE)))
                    .hasMessageContaining("because no identity-based policy allows the sts:AssumeRole action");
            allow(cloud, SOURCE, "Verify", "sts:AssumeRole");
            assertThatThrownBy(() -> assume(cloud, verify, request -> request.externalId("333333333333")))
                    .hasMessageContaining("on resource: " + VERIFIER)
                    .hasMessageNotContaining("because");
            assertThatThrownBy(() ->
                            assume(cloud, verify, request -> request.roleArn("arn:aws:iam::111111111111:role/Closed")))
                    .hasMessageContaining("because no role trust policy allows the sts:AssumeRole action");
        }
    }

    @Test
    void aRightLimitedToAnOrganizationReachesTheRolesOfItsMembersOnly() {
        try (Cloud cloud = cloud()) {
            String document =
                    """
                    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*", "Action": "sts:AssumeRole",
                      "Condition": {"StringEquals": {"aws:ResourceOrgID": "o-example1234"}}}}""";
            role(cloud, TARGET, "Verifier", TRUST_IN_VERIFY);
            Caller verify = role(cloud, SOURCE, "Verify", trustIn("lambda.amazonaws.com"));
            cloud.iam()
                    .client(Caller.administrator(SOURCE), "us-east-1")
                    .putRolePolicy(request ->
                            request.roleName("Verify").policyName("Members").policyDocument(document));

            assertDenied(cloud, verify, request -> request.externalId(SOURCE));
            cloud.organization().replace("o-other56789", "999999999998", Map.of(TARGET, "o-other56789/r-ab12/"));
            assertDenied(cloud, verify, request -> request.externalId(SOURCE));
            cloud.organization().replace("o-example1234", "999999999998", Map.of(TARGET, "o-example1234/r-ab12/"));
            assertThat(assumed(cloud, verify, request -> request.externalId(SOURCE))
                            .account())
                    .isEqualTo(TARGET);
        }
    }

    @Test
    void withinAnAccountTrustThatNamesTheCallerIsEnoughAndTrustInTheAccountIsNot() {
        try (Cloud cloud = cloud()) {
            Caller named = role(cloud, TARGET, "Named", trustIn("ec2.amazonaws.com"));
            Caller other = role(cloud, TARGET, "Unnamed", trustIn("ec2.amazonaws.com"));
            role(
                    cloud,
                    TARGET,
                    "Verifier",
                    """
                    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                      "Principal": {"AWS": ["arn:aws:iam::222222222222:role/Named", "222222222222"]}}}""");

            assertThat(assumed(cloud, named, request -> {}).principalArn()).isEqualTo(VERIFIER);
            assertDenied(cloud, other, request -> {});
        }
    }

    @Test
    void trustInARoleDoesNotPassToItsNamesake() {
        try (Cloud cloud = cloud()) {
            Caller first = role(cloud, TARGET, "Named", trustIn("ec2.amazonaws.com"));
            role(
                    cloud,
                    TARGET,
                    "Verifier",
                    """
                    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                      "Principal": {"AWS": "arn:aws:iam::222222222222:role/Named"}}}""");
            cloud.iam().client(Caller.administrator(TARGET), "us-east-1").deleteRole(r -> r.roleName("Named"));
            Caller second = role(cloud, TARGET, "Named", trustIn("ec2.amazonaws.com"));

            assertThat(second.principalArn()).isEqualTo(first.principalArn());
            assertDenied(cloud, second, request -> {});
            assertDenied(cloud, first, request -> {});
            assertThat(cloud.iam()
                            .client(Caller.administrator(TARGET), "us-east-1")
                            .getRole(r -> r.roleName("Verifier"))
                            .role()
                            .assumeRolePolicyDocument())
                    .contains(first.userId().split(":", -1)[0]);
        }
    }

    @Test
    void aSessionPolicyTakesAwayAndNeverAdds() {
        try (Cloud cloud = cloud()) {
            Caller verify = verifyRole(cloud, "Verify");
            allow(cloud, TARGET, "Verifier", "ec2:Describe*");

            Caller session = assumed(
                    cloud,
                    verify,
                    request -> request.externalId(SOURCE)
                            .policy(
                                    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":[\"ec2:DescribeImages\",\"kms:*\"]}}"));

            assertThat(allowed(cloud, session, "ec2:DescribeImages")).isTrue();
            assertThat(allowed(cloud, session, "ec2:DescribeInstances")).isFalse();
            assertThat(allowed(cloud, session, "kms:DescribeKey")).isFalse();
        }
    }

    @Test
    void credentialsEndWhenTheySay() {
        try (Cloud cloud = cloud()) {
            Caller verify = verifyRole(cloud, "Verify");
            Credentials credentials =
                    assume(cloud, verify, request -> request.externalId(SOURCE).durationSeconds(900));
            assertThat(cloud.iam().callerOf(credentials.accessKeyId())).isPresent();

            cloud.kernel().after(Duration.ofMinutes(15), () -> {});
            cloud.kernel().runUntilQuiet();

            assertThat(credentials.expiration()).isEqualTo(cloud.kernel().now());
            assertThat(cloud.iam().callerOf(credentials.accessKeyId())).isEmpty();
        }
    }

    @Test
    void aSessionLastsNoLongerThanItsRoleAllowsNorThanAnHourWhenRolesAreChained() {
        try (Cloud cloud = cloud()) {
            String trust = TRUST_IN_VERIFY.replace("111111111111:role/Verify", "111111111111:*");
            cloud.iam().client(Caller.administrator(TARGET), "us-east-1").createRole(request -> request.roleName(
                            "Verifier")
                    .maxSessionDuration(7_200)
                    .assumeRolePolicyDocument(trust));
            Caller administrator = Caller.administrator(SOURCE);
            Caller chained = verifyRole(cloud, "Verify");

            assertThat(assumed(cloud, administrator, request -> request.externalId(SOURCE)
                                    .durationSeconds(7_200))
                            .principalArn())
                    .isEqualTo(VERIFIER);
            assertInvalid(cloud, administrator, request -> request.durationSeconds(7_201));
            assertInvalid(cloud, chained, request -> request.durationSeconds(3_601));
        }
    }

    @Test
    void whatIsMalformedIsAValidationError() {
        try (Cloud cloud = cloud()) {
            Caller verify = verifyRole(cloud, "Verify");

            assertInvalid(cloud, verify, request -> request.roleArn("Verifier"));
            assertInvalid(cloud, verify, request -> request.roleSessionName("two words"));
            assertInvalid(cloud, verify, request -> request.roleSessionName("x".repeat(65)));
            assertInvalid(cloud, verify, request -> request.durationSeconds(899));
            assertInvalid(cloud, verify, request -> request.durationSeconds(43_201));
            assertInvalid(cloud, verify, request -> request.durationSeconds(3_601));
            assertInvalid(cloud, verify, request -> request.externalId("?"));
            assertInvalid(cloud, verify, request -> request.policy("x".repeat(2_049)));
        }
    }

    @Test
    void onlyServicesThatTheTrustNamesMayAssume() {
        try (Cloud cloud = cloud()) {
            role(cloud, SOURCE, "Function", trustIn("lambda.amazonaws.com"));
            String function = "arn:aws:iam::111111111111:role/Function";

            assertThat(cloud.iam().serviceMayAssume(function, "lambda.amazonaws.com"))
                    .isTrue();
            assertThat(cloud.iam().serviceMayAssume(function, "states.amazonaws.com"))
                    .isFalse();
            assertThat(cloud.iam().serviceMayAssume(function + "2", "lambda.amazonaws.com"))
                    .isFalse();
        }
    }

    private static Cloud cloud() {
        return new Cloud(Kernel.simulated(1), Settings.defaults());
    }

    /** A role of the source account that may assume the verifier, and the verifier, if it is not there yet. */
    private static Caller verifyRole(Cloud cloud, String name) {
        if (cloud.iam().roleId(VERIFIER).isEmpty()) {
            role(cloud, TARGET, "Verifier", TRUST_IN_VERIFY);
        }
        Caller verify = role(cloud, SOURCE, name, trustIn("lambda.amazonaws.com"));
        allow(cloud, SOURCE, name, "sts:AssumeRole");
        return verify;
    }

    private static Caller role(Cloud cloud, String account, String name, String trust) {
        cloud.iam().client(Caller.administrator(account), "us-east-1").createRole(request -> request.roleName(name)
                .assumeRolePolicyDocument(trust));
        String arn = "arn:aws:iam::" + account + ":role/" + name;
        return cloud.iam()
                .callerOf(cloud.iam().sessionOf(arn, name + "-session").accessKeyId())
                .orElseThrow();
    }

    private static void allow(Cloud cloud, String account, String role, String action) {
        cloud.iam().client(Caller.administrator(account), "us-east-1").putRolePolicy(request -> request.roleName(role)
                .policyName("Allow")
                .policyDocument(
                        "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":\""
                                + action + "\"}}"));
    }

    private static String trustIn(String service) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":\""
                + service + "\"}}}";
    }

    private static Credentials assume(Cloud cloud, Caller caller, Consumer<AssumeRoleRequest.Builder> change) {
        AssumeRoleRequest.Builder request =
                AssumeRoleRequest.builder().roleArn(VERIFIER).roleSessionName("probe");
        change.accept(request);
        return cloud.iam().sts(caller, "us-east-1").assumeRole(request.build()).credentials();
    }

    private static Caller assumed(Cloud cloud, Caller caller, Consumer<AssumeRoleRequest.Builder> change) {
        return cloud.iam().callerOf(assume(cloud, caller, change).accessKeyId()).orElseThrow();
    }

    private static boolean allowed(Cloud cloud, Caller caller, String action) {
        return cloud.iam().decide(caller, Access.to(action, "*")).allowed();
    }

    private static void assertDenied(Cloud cloud, Caller caller, Consumer<AssumeRoleRequest.Builder> change) {
        assertThatThrownBy(() -> assume(cloud, caller, change))
                .isInstanceOfSatisfying(StsException.class, e -> {
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDenied");
                    assertThat(e.statusCode()).isEqualTo(403);
                })
                .hasMessageContaining("User: " + caller.arn() + " is not authorized to perform: sts:AssumeRole");
    }

    private static void assertInvalid(Cloud cloud, Caller caller, Consumer<AssumeRoleRequest.Builder> change) {
        assertThatThrownBy(() -> assume(cloud, caller, request -> {
                    request.externalId(SOURCE);
                    change.accept(request);
                }))
                .isInstanceOfSatisfying(
                        StsException.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationError"));
    }
}
