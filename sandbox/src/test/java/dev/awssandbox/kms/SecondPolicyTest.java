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
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.NotFoundException;

/** The policy {@code AWS_RAM}, which a key has beside its own where it is shared through Resource Access Manager; and old policies. */
final class SecondPolicyTest {
    private static final String OWNER = "111111111111";
    private static final String REGION = "us-east-1";
    private static final String ADMITS_222222222222 =
            """
            {"Version": "2012-10-17", "Statement": [{"Sid": "Ram", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
              "Principal": {"AWS": "arn:aws:iam::222222222222:root"}}]}""";

    @Test
    void isListedAndReadWhereItIsAndNowhereElse() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud);
            assertThat(names(cloud, key)).containsExactly("default");
            assertThatThrownBy(() -> kms(cloud).getKeyPolicy(r -> r.keyId(key).policyName("AWS_RAM")))
                    .isInstanceOf(NotFoundException.class);

            cloud.kms().shareThroughRam(key, policy(ADMITS_222222222222));

            assertThat(names(cloud, key)).containsExactly("default", "AWS_RAM");
            assertThat(kms(cloud)
                            .getKeyPolicy(r -> r.keyId(key).policyName("AWS_RAM"))
                            .policy())
                    .contains("\"Sid\" : \"Ram\"");
            assertThat(kms(cloud).getKeyPolicy(r -> r.keyId(key)).policy()).doesNotContain("Ram");
            cloud.kms().shareThroughRam(key, null);
            assertThat(names(cloud, key)).containsExactly("default");
        }
    }

    @Test
    void admitsWhomItNames() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud);
            assertThat(mayDecrypt(cloud, "222222222222", key)).isFalse();

            cloud.kms().shareThroughRam(key, policy(ADMITS_222222222222));

            assertThat(mayDecrypt(cloud, "222222222222", key)).isTrue();
            assertThat(mayDecrypt(cloud, "333333333333", key)).isFalse();
        }
    }

    @Test
    void isDeniedByTheKeysOwnPolicy() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud);
            cloud.kms().shareThroughRam(key, policy(ADMITS_222222222222));
            String own = kms(cloud).getKeyPolicy(r -> r.keyId(key)).policy();
            String denying = own.substring(0, own.lastIndexOf('}', own.lastIndexOf(']')) + 1)
                    + ",{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"kms:Decrypt\",\"Resource\":\"*\"}]}";

            kms(cloud).putKeyPolicy(r -> r.keyId(key).policy(denying));

            assertThat(mayDecrypt(cloud, "222222222222", key)).isFalse();
        }
    }

    @Test
    void isWrittenByNobodyButRam() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud);
            cloud.kms().shareThroughRam(key, policy(ADMITS_222222222222));

            assertThatThrownBy(() -> kms(cloud).putKeyPolicy(r -> r.keyId(key)
                            .policyName("AWS_RAM")
                            .policy(ADMITS_222222222222.replace("222222222222", "333333333333"))
                            .bypassPolicyLockoutSafetyCheck(true)))
                    .hasMessageContaining("The AWS_RAM policy can only be managed by the RAM service");
            assertThat(mayDecrypt(cloud, "333333333333", key)).isFalse();
        }
    }

    @Test
    void doesNotCountWhenTheCallerWouldLockHimselfOut() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud);
            cloud.kms()
                    .shareThroughRam(
                            key,
                            policy(ADMITS_222222222222
                                    .replace("222222222222", OWNER)
                                    .replace("kms:Decrypt", "kms:*")));

            assertThatThrownBy(() -> kms(cloud).putKeyPolicy(r -> r.keyId(key).policy(ADMITS_222222222222)))
                    .hasMessageContaining("will not allow you to update the key policy");
        }
    }

    @Test
    void aRightCanBeLimitedToThePolicysName() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud);
            cloud.kms().shareThroughRam(key, policy(ADMITS_222222222222));
            var iam = cloud.iam().client(Caller.administrator(OWNER), REGION);
            iam.createRole(r -> r.roleName("Reader")
                    .assumeRolePolicyDocument("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                            + "\"Action\":\"sts:AssumeRole\",\"Principal\":{\"AWS\":\"111111111111\"}}}"));
            iam.putRolePolicy(
                    r -> r.roleName("Reader")
                            .policyName("Read")
                            .policyDocument(
                                    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\","
                                            + "\"Action\":\"kms:GetKeyPolicy\",\"Condition\":{\"StringEquals\":{\"kms:PolicyName\":\"AWS_RAM\"}}}}"));
            String arn = "arn:aws:iam::111111111111:role/Reader";
            KmsClient reader = cloud.kms()
                    .client(Caller.roleSession(arn, cloud.iam().roleId(arn).orElseThrow(), "s"), REGION);

            assertThat(reader.getKeyPolicy(r -> r.keyId(key).policyName("AWS_RAM"))
                            .policy())
                    .contains("Ram");
            assertThatThrownBy(() -> reader.getKeyPolicy(r -> r.keyId(key)))
                    .hasMessageContaining("because no identity-based policy allows the kms:GetKeyPolicy action");
        }
    }

    @Test
    void anOldPolicyStandsAndWorksButIsNotTakenAgain() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud);
            String old =
                    """
                    {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}},
                      {"Sid": "Inert", "Effect": "Allow", "Resource": "*", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}}]}""";

            cloud.kms().hasOldPolicy(key, policy(old));

            String read = kms(cloud).getKeyPolicy(r -> r.keyId(key)).policy();
            assertThat(read).contains("Inert");
            assertThat(mayDecrypt(cloud, "222222222222", key)).isFalse();
            assertThatThrownBy(() -> kms(cloud).putKeyPolicy(r -> r.keyId(key).policy(read)))
                    .hasMessageContaining("Policy statement must contain actions");
        }
    }

    private static Iterable<String> names(Cloud cloud, String key) {
        return kms(cloud).listKeyPolicies(r -> r.keyId(key)).policyNames();
    }

    private static boolean mayDecrypt(Cloud cloud, String account, String key) {
        return cloud.kms()
                .denial(new KeyUse(Caller.administrator(account), REGION, key, "Decrypt", null, false, Map.of()))
                .isEmpty();
    }

    private static ObjectNode policy(String text) {
        return (ObjectNode) Policies.read(text);
    }

    private static String key(Cloud cloud) {
        return kms(cloud).createKey().keyMetadata().arn();
    }

    private static KmsClient kms(Cloud cloud) {
        return cloud.kms().client(Caller.administrator(OWNER), REGION);
    }

    private static Cloud cloud() {
        return new Cloud(Kernel.simulated(1), Settings.defaults());
    }
}
