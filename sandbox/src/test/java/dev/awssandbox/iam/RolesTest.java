package dev.awssandbox.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.iam.model.Role;

/** Roles and what is attached to them. */
final class RolesTest {
    private static final String ACCOUNT = "111111111111";
    private static final String ARN = "arn:aws:iam::111111111111:role/app/Function";
    private static final String TRUST =
            "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"}}}";
    private static final String LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

    @Test
    void aRoleIsReadBackAsItWasMade() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            Role made = function(iam);

            assertThat(made.arn()).isEqualTo(ARN);
            assertThat(made.roleId()).matches("AROA[A-Z2-7]{17}");
            assertThat(made.maxSessionDuration()).isEqualTo(3_600);
            assertThat(URLDecoder.decode(made.assumeRolePolicyDocument(), StandardCharsets.UTF_8))
                    .isEqualTo(TRUST);
            assertThat(iam.getRole(r -> r.roleName("Function")).role()).isEqualTo(made);
            assertThat(iam.listRoles().roles()).containsExactly(made);
            assertError("EntityAlreadyExists", 409, () -> function(iam));
        }
    }

    @Test
    void aRoleMadeAnewIsAnother() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            String first = function(iam).roleId();
            iam.deleteRole(r -> r.roleName("Function"));
            assertThat(cloud.iam().roleId(ARN)).isEmpty();
            assertThat(cloud.iam().principalExists(ARN)).isFalse();

            assertThat(function(iam).roleId()).isNotEqualTo(first);
            assertThat(cloud.iam().principalExists(ARN)).isTrue();
        }
    }

    @Test
    void aRoleGoesOnlyAfterItsPolicies() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            function(iam);
            put(iam, "Inline", "ec2:CopySnapshot");
            iam.attachRolePolicy(r -> r.roleName("Function").policyArn(LOGS));

            assertError("DeleteConflict", 409, () -> iam.deleteRole(r -> r.roleName("Function")));
            iam.deleteRolePolicy(r -> r.roleName("Function").policyName("Inline"));
            assertError("DeleteConflict", 409, () -> iam.deleteRole(r -> r.roleName("Function")));
            iam.detachRolePolicy(r -> r.roleName("Function").policyArn(LOGS));
            iam.deleteRole(r -> r.roleName("Function"));

            assertError("NoSuchEntity", 404, () -> iam.getRole(r -> r.roleName("Function")));
        }
    }

    @Test
    void inlinePoliciesAreListedAndReadAndTheirSizeIsLimited() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            function(iam);
            put(iam, "B", "ec2:CopySnapshot");
            put(iam, "A", "kms:Decrypt");

            assertThat(iam.listRolePolicies(r -> r.roleName("Function")).policyNames())
                    .containsExactly("A", "B");
            assertThat(URLDecoder.decode(
                            iam.getRolePolicy(r -> r.roleName("Function").policyName("A"))
                                    .policyDocument(),
                            StandardCharsets.UTF_8))
                    .isEqualTo(policy("kms:Decrypt"));
            assertError(
                    "NoSuchEntity",
                    404,
                    () -> iam.getRolePolicy(r -> r.roleName("Function").policyName("C")));
            assertError("LimitExceeded", 409, () -> put(iam, "C", "kms:" + "x".repeat(10_240)));
            assertError("MalformedPolicyDocument", 400, () -> put(iam, "C", "nonsense"));
        }
    }

    @Test
    void managedPoliciesOfAwsAllowWhatTheySayAndUnknownOnesAreRefused() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            function(iam);
            Caller function = session(cloud);
            assertThat(isAllowed(cloud, function, "logs:PutLogEvents")).isFalse();

            iam.attachRolePolicy(r -> r.roleName("Function").policyArn(LOGS));

            assertThat(isAllowed(cloud, function, "logs:PutLogEvents")).isTrue();
            assertThat(isAllowed(cloud, function, "ec2:CopySnapshot")).isFalse();
            assertThat(iam.listAttachedRolePolicies(r -> r.roleName("Function")).attachedPolicies())
                    .extracting(AttachedPolicy::policyName)
                    .containsExactly("AWSLambdaBasicExecutionRole");
            assertError(
                    "NoSuchEntity",
                    404,
                    () -> iam.attachRolePolicy(
                            r -> r.roleName("Function").policyArn("arn:aws:iam::aws:policy/AmazonEC2FullAccess")));
        }
    }

    @Test
    void theSessionOfARoleMayWhatTheRoleMayNowAndNothingOnceItIsGone() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            function(iam);
            Caller function = session(cloud);
            put(iam, "Inline", "ec2:CopySnapshot");
            assertThat(isAllowed(cloud, function, "ec2:CopySnapshot")).isTrue();

            iam.deleteRolePolicy(r -> r.roleName("Function").policyName("Inline"));
            assertThat(isAllowed(cloud, function, "ec2:CopySnapshot")).isFalse();

            iam.deleteRole(r -> r.roleName("Function"));
            function(iam);
            put(iam, "Inline", "ec2:CopySnapshot");
            assertThat(isAllowed(cloud, function, "ec2:CopySnapshot"))
                    .as("its namesake's policies are not its own")
                    .isFalse();
        }
    }

    @Test
    void noRequestCanMisstateWhoAsks() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            function(iam);
            iam.putRolePolicy(
                    r -> r.roleName("Function")
                            .policyName("Inline")
                            .policyDocument(
                                    policy("*")
                                            .replace(
                                                    "\"Resource\":\"*\"",
                                                    "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-x\"}}")));
            Access lying = new Access("ec2:CopyImage", "*", Map.of("AWS:principalorgid", List.of("o-x")));

            assertThat(cloud.iam().decide(session(cloud), lying).allowed()).isFalse();
        }
    }

    @Test
    void aDenialSaysWhoWhatAndWhyAsAwsDoes() {
        try (Cloud cloud = cloud()) {
            function(iam(cloud));
            Caller function = session(cloud);
            Access access = Access.to("ec2:CopyImage", "arn:aws:ec2:us-east-1::image/*");

            assertThat(cloud.iam().decide(function, access).refusal(function, access))
                    .isEqualTo("User: arn:aws:sts::111111111111:assumed-role/Function/run is not authorized to perform:"
                            + " ec2:CopyImage on resource: arn:aws:ec2:us-east-1::image/* because no identity-based policy"
                            + " allows the ec2:CopyImage action");
        }
    }

    @Test
    void whoMayNotChangeRolesIsDenied() {
        try (Cloud cloud = cloud()) {
            function(iam(cloud));
            IamClient ofFunction = cloud.iam().client(session(cloud), "us-east-1");

            assertError("AccessDenied", 403, () -> ofFunction.deleteRole(r -> r.roleName("Function")));
            assertError("AccessDenied", 403, () -> put(ofFunction, "Mine", "*"));
        }
    }

    @Test
    void trustThatNamesNobodyIsRefused() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            String nobody = TRUST.replace(
                    "\"Service\":\"lambda.amazonaws.com\"", "\"AWS\":\"arn:aws:iam::111111111111:role/Nobody\"");

            assertError(
                    "MalformedPolicyDocument",
                    400,
                    () -> iam.createRole(r -> r.roleName("X").assumeRolePolicyDocument(nobody)));
            assertThat(cloud.iam().roleId("arn:aws:iam::111111111111:role/X")).isEmpty();
        }
    }

    @Test
    void trustCanBeReplaced() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            function(iam);

            iam.updateAssumeRolePolicy(r -> r.roleName("Function").policyDocument(TRUST.replace("lambda", "states")));

            assertThat(cloud.iam().serviceMayAssume(ARN, "states.amazonaws.com"))
                    .isTrue();
            assertThat(cloud.iam().serviceMayAssume(ARN, "lambda.amazonaws.com"))
                    .isFalse();
        }
    }

    @Test
    void serviceLinkedRolesAreAwsOwn() {
        try (Cloud cloud = cloud()) {
            IamClient iam = iam(cloud);
            iam.createServiceLinkedRole(r -> r.awsServiceName("spot.amazonaws.com"));

            assertError("UnmodifiableEntity", 400, () -> iam.deleteRole(r -> r.roleName("AWSServiceRoleForEC2Spot")));
            assertError(
                    "ValidationError",
                    400,
                    () -> iam.createRole(r -> r.path("/aws-service-role/spot.amazonaws.com/")
                            .roleName("Mine")
                            .assumeRolePolicyDocument(TRUST)));
        }
    }

    @Test
    void accessKeysNameAdministratorsAndSessionsAndNobodyElse() {
        try (Cloud cloud = cloud()) {
            assertThat(cloud.iam().callerOf("222222222222")).contains(Caller.administrator("222222222222"));
            assertThat(cloud.iam().callerOf("999912345678")).isEmpty();
            assertThat(cloud.iam().callerOf("AKIAIOSFODNN7EXAMPLE")).isEmpty();
        }
    }

    private static Cloud cloud() {
        return new Cloud(Kernel.simulated(1), Settings.defaults());
    }

    private static IamClient iam(Cloud cloud) {
        return cloud.iam().client(Caller.administrator(ACCOUNT), "us-east-1");
    }

    private static Role function(IamClient iam) {
        return iam.createRole(r -> r.roleName("Function").path("/app/").assumeRolePolicyDocument(TRUST))
                .role();
    }

    private static void put(IamClient iam, String name, String action) {
        iam.putRolePolicy(r -> r.roleName("Function").policyName(name).policyDocument(policy(action)));
    }

    private static String policy(String action) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":\""
                + action + "\"}}";
    }

    private static Caller session(Cloud cloud) {
        return cloud.iam()
                .callerOf(cloud.iam().sessionOf(ARN, "run").accessKeyId())
                .orElseThrow();
    }

    private static boolean isAllowed(Cloud cloud, Caller caller, String action) {
        return cloud.iam().decide(caller, Access.to(action, "*")).allowed();
    }

    private static void assertError(String code, int status, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(IamException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(e.statusCode()).isEqualTo(status);
        });
    }
}
