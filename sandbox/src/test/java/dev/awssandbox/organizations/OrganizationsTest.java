package dev.awssandbox.organizations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import dev.awssandbox.organizations.model.Account;
import dev.awssandbox.organizations.model.DescribeAccountRequest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

final class OrganizationsTest {
    private static final String MANAGEMENT = "111111111111";
    private static final String MEMBER = "222222222222";
    private static final String STRANGER = "333333333333";

    @Test
    void tellsTheManagementAccountWhoIsAMember() {
        try (Cloud cloud = cloud()) {
            Account account = describe(cloud, Caller.administrator(MANAGEMENT), MEMBER);

            assertThat(account.id()).isEqualTo(MEMBER);
            assertThat(account.arn())
                    .isEqualTo("arn:aws:organizations::111111111111:account/o-example1234/222222222222");
            assertThat(account.status()).isEqualTo("ACTIVE");
            assertThat(describe(cloud, Caller.administrator(MANAGEMENT), MANAGEMENT)
                            .id())
                    .isEqualTo(MANAGEMENT);
        }
    }

    @ParameterizedTest(name = "{0} asks for {1}: {2}")
    @CsvSource({
        "111111111111, 333333333333, AccountNotFoundException",
        "111111111111, 666666666666, AccountNotFoundException",
        "222222222222, 222222222222, AccessDeniedException",
        "333333333333, 222222222222, AWSOrganizationsNotInUseException",
        "111111111111, 2222, InvalidInputException"
    })
    void tellsNobodyElseAndNothingOfOthers(String asking, String asked, String code) {
        try (Cloud cloud = cloud()) {
            assertRefused(cloud, Caller.administrator(asking), asked, code);
        }
    }

    @Test
    void asksTheCallersPolicy() {
        try (Cloud cloud = cloud()) {
            Caller asker = role(cloud, "arn:aws:organizations::111111111111:account/o-example1234/222222222222");

            assertThat(describe(cloud, asker, MEMBER).id()).isEqualTo(MEMBER);
            assertRefused(cloud, asker, MANAGEMENT, "AccessDeniedException");
            assertRefused(cloud, asker, STRANGER, "AccessDeniedException");
        }
    }

    private static void assertRefused(Cloud cloud, Caller caller, String account, String code) {
        assertThatThrownBy(() -> describe(cloud, caller, account))
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code));
    }

    private static Account describe(Cloud cloud, Caller caller, String account) {
        return cloud.organizations()
                .client(caller)
                .describeAccount(DescribeAccountRequest.builder().accountId(account))
                .account();
    }

    private static Caller role(Cloud cloud, String mayAskFor) {
        var iam = cloud.iam().client(Caller.administrator(MANAGEMENT), "us-east-1");
        iam.createRole(request -> request.roleName("Asker")
                .assumeRolePolicyDocument(
                        "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\","
                                + "\"Principal\":{\"AWS\":\"111111111111\"}}}"));
        iam.putRolePolicy(request -> request.roleName("Asker")
                .policyName("Ask")
                .policyDocument("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                        + "\"Action\":\"organizations:DescribeAccount\",\"Resource\":\"" + mayAskFor + "\"}}"));
        String arn = "arn:aws:iam::111111111111:role/Asker";
        return cloud.iam()
                .callerOf(cloud.iam().sessionOf(arn, "asking").accessKeyId())
                .orElseThrow();
    }

    private static Cloud cloud() {
        Cloud cloud = new Cloud(Kernel.simulated(1), Settings.defaults());
        cloud.organization().replace("o-example1234", MANAGEMENT, Map.of(MEMBER, "o-example1234/r-ab12/"));
        cloud.organization().replace("o-other56789", "555555555555", Map.of("666666666666", "o-other56789/r-cd34/"));
        return cloud;
    }
}
