package dev.awssandbox.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class KeyTrailTest {
    private static final String OWNER = "111111111111";
    private static final String TARGET = "222222222222";
    private static final String REGION = "us-east-1";

    @Test
    void useThroughEc2AcrossAccountsIsInBothTrailsButOnlyTheCallersNamesIt() {
        try (Cloud cloud = new Cloud(Kernel.simulated(1), Settings.defaults())) {
            String key = sharedKey(cloud);

            cloud.kms()
                    .denial(new KeyUse(
                            Caller.administrator(TARGET),
                            REGION,
                            key,
                            "ReEncryptFrom",
                            "ec2.us-east-1.amazonaws.com",
                            false,
                            Map.of("aws:ebs:id", "snap-1")));

            ObjectNode owners = cloud.trail().of(OWNER).get(0);
            ObjectNode callers = cloud.trail().of(TARGET).get(0);
            assertThat(owners.get("recipientAccountId").asText()).isEqualTo(OWNER);
            assertThat(owners.get("eventName").asText()).isEqualTo("ReEncrypt");
            assertThat(owners.at("/userIdentity/type").asText()).isEqualTo("AWSAccount");
            assertThat(owners.at("/userIdentity/accountId").asText()).isEqualTo(TARGET);
            assertThat(owners.at("/userIdentity/invokedBy").asText()).isEqualTo("ec2.amazonaws.com");
            assertThat(owners.at("/userIdentity").has("arn")).isFalse();
            assertThat(owners.at("/requestParameters/encryptionContext/aws:ebs:id")
                            .asText())
                    .isEqualTo("snap-1");
            assertThat(owners.at("/resources/0/ARN").asText()).isEqualTo(key);
            assertThat(owners.has("errorCode")).isFalse();
            assertThat(callers.at("/userIdentity/arn").asText())
                    .isEqualTo("arn:aws:iam::222222222222:user/Administrator");
            assertThat(callers.get("sharedEventID")).isEqualTo(owners.get("sharedEventID"));
        }
    }

    @Test
    void whatWasRefusedIsThereWithItsError() {
        try (Cloud cloud = new Cloud(Kernel.simulated(1), Settings.defaults())) {
            String key = sharedKey(cloud);

            assertThatThrownBy(() -> cloud.kms()
                            .client(Caller.administrator("333333333333"), REGION)
                            .describeKey(r -> r.keyId(key)))
                    .hasMessageContaining("kms:DescribeKey");

            assertThat(cloud.trail().of(OWNER)).singleElement().satisfies(record -> {
                assertThat(record.get("errorCode").asText()).isEqualTo("AccessDenied");
                assertThat(record.at("/userIdentity/accountId").asText()).isEqualTo("333333333333");
            });
            assertThat(cloud.trail().of("333333333333")).hasSize(1);
        }
    }

    @Test
    void useWithinTheAccountIsInNoTrailHere() {
        try (Cloud cloud = new Cloud(Kernel.simulated(1), Settings.defaults())) {
            String key = sharedKey(cloud);

            cloud.kms().client(Caller.administrator(OWNER), REGION).describeKey(r -> r.keyId(key));

            assertThat(cloud.trail().of(OWNER)).isEmpty();
        }
    }

    private static String sharedKey(Cloud cloud) {
        return cloud.kms()
                .client(Caller.administrator(OWNER), REGION)
                .createKey(
                        r -> r.policy(
                                """
                        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*",
                          "Principal": {"AWS": ["111111111111", "222222222222"]}}}"""))
                .keyMetadata()
                .arn();
    }
}
