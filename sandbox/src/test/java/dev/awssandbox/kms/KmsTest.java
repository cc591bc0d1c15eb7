package dev.awssandbox.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.AliasListEntry;
import software.amazon.awssdk.services.kms.model.GetKeyRotationStatusResponse;
import software.amazon.awssdk.services.kms.model.KeyManagerType;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.Tag;

/** Keys, aliases, tags, rotation, deletion: what is not about who may do it. */
final class KmsTest {
    private static final String OWNER = "111111111111";
    private static final String REGION = "us-east-1";

    @Test
    void aKeyIsFoundByIdAliasAndArnOfBothInItsOwnRegionOnly() {
        try (Cloud cloud = cloud()) {
            KmsClient kms = kms(cloud);
            KeyMetadata key = kms.createKey(r -> r.description("share")).keyMetadata();
            kms.createAlias(r -> r.aliasName("alias/share").targetKeyId(key.keyId()));

            for (String name : new String[] {
                key.keyId(), key.arn(), "alias/share", "arn:aws:kms:us-east-1:111111111111:alias/share"
            }) {
                assertThat(kms.describeKey(r -> r.keyId(name)).keyMetadata()).isEqualTo(key);
                assertThat(cloud.kms().find(OWNER, REGION, name).orElseThrow().arn())
                        .isEqualTo(key.arn());
                assertThat(cloud.kms().find(OWNER, "eu-west-1", name)).isEmpty();
            }
            KmsClient elsewhere = cloud.kms().client(Caller.administrator(OWNER), "eu-west-1");
            assertError(
                    "NotFoundException", "Invalid arn us-east-1", () -> elsewhere.describeKey(r -> r.keyId(key.arn())));
            assertError(
                    "NotFoundException",
                    "Key 'arn:aws:kms:eu-west-1:111111111111:key/" + key.keyId() + "' does not exist",
                    () -> elsewhere.describeKey(r -> r.keyId(key.keyId())));
            assertError(
                    "NotFoundException",
                    "Alias arn:aws:kms:us-east-1:111111111111:alias/none is not found.",
                    () -> kms.describeKey(r -> r.keyId("alias/none")));
            assertError("InvalidArnException", "Invalid arn", () -> kms.describeKey(r -> r.keyId("arn:aws:ec2:x")));
        }
    }

    @Test
    void aNewKeyIsEnabledSymmetricAndDelegatesToItsAccount() {
        try (Cloud cloud = cloud()) {
            KmsClient kms = kms(cloud);

            KeyMetadata key =
                    kms.createKey(r -> r.tags(tag("team", "platform"))).keyMetadata();

            assertThat(key.keyState()).isEqualTo(KeyState.ENABLED);
            assertThat(key.keySpec()).isEqualTo(KeySpec.SYMMETRIC_DEFAULT);
            assertThat(key.keyManager()).isEqualTo(KeyManagerType.CUSTOMER);
            assertThat(key.multiRegion()).isFalse();
            assertThat(kms.listResourceTags(r -> r.keyId(key.keyId())).tags()).containsExactly(tag("team", "platform"));
            JsonNode policy =
                    Policies.read(kms.getKeyPolicy(r -> r.keyId(key.keyId())).policy());
            assertThat(policy.at("/Statement/0/Principal/AWS").asText()).isEqualTo("arn:aws:iam::111111111111:root");
            assertThat(policy.at("/Statement/0/Action").asText()).isEqualTo("kms:*");
        }
    }

    @Test
    void otherKindsOfKeysAreMadeAndTold() {
        try (Cloud cloud = cloud()) {
            KmsClient kms = kms(cloud);
            KeyMetadata multiRegion = kms.createKey(r -> r.multiRegion(true)).keyMetadata();
            KeyMetadata signing = kms.createKey(
                            r -> r.keySpec(KeySpec.ECC_NIST_P256).keyUsage(KeyUsageType.SIGN_VERIFY))
                    .keyMetadata();

            assertThat(multiRegion.keyId()).startsWith("mrk-");
            assertThat(cloud.kms()
                            .find(OWNER, REGION, signing.arn())
                            .orElseThrow()
                            .symmetric())
                    .isFalse();
            assertError("ValidationException", "KeyUsage", () -> kms.createKey(r -> r.keySpec(KeySpec.RSA_2048)));
            assertError(
                    "UnsupportedOperationException",
                    "symmetric",
                    () -> kms.enableKeyRotation(r -> r.keyId(signing.keyId())));
        }
    }

    @Test
    void aliasesAreUniqueMoveAndGo() {
        try (Cloud cloud = cloud()) {
            KmsClient kms = kms(cloud);
            String first = kms.createKey().keyMetadata().keyId();
            String second = kms.createKey().keyMetadata().keyId();
            kms.createAlias(r -> r.aliasName("alias/a").targetKeyId(first));

            assertError(
                    "AlreadyExistsException",
                    "alias/a already exists",
                    () -> kms.createAlias(r -> r.aliasName("alias/a").targetKeyId(second)));
            kms.updateAlias(r -> r.aliasName("alias/a").targetKeyId(second));
            assertThat(kms.describeKey(r -> r.keyId("alias/a")).keyMetadata().keyId())
                    .isEqualTo(second);
            kms.deleteAlias(r -> r.aliasName("alias/a"));
            assertError("NotFoundException", "is not found", () -> kms.deleteAlias(r -> r.aliasName("alias/a")));
            assertError(
                    "ValidationException",
                    "Invalid identifier",
                    () -> kms.createAlias(r -> r.aliasName("a").targetKeyId(first)));
            assertError(
                    "InvalidAliasNameException",
                    "reserved",
                    () -> kms.createAlias(r -> r.aliasName("alias/aws/mine").targetKeyId(first)));
        }
    }

    @Test
    void theKeyOfEbsIsThereInEveryAccountAndRegionAndIsAwsOwn() {
        try (Cloud cloud = cloud()) {
            String arn = cloud.kms().ebsKey("222222222222", "eu-west-1");

            KmsClient kms = cloud.kms().client(Caller.administrator("222222222222"), "eu-west-1");
            assertThat(kms.describeKey(r -> r.keyId("alias/aws/ebs")).keyMetadata())
                    .satisfies(key -> assertThat(key.arn()).isEqualTo(arn))
                    .satisfies(key -> assertThat(key.keyManager()).isEqualTo(KeyManagerType.AWS));
            assertThat(cloud.kms().ebsKey("222222222222", REGION)).isNotEqualTo(arn);
            assertThat(kms.listAliases().aliases())
                    .extracting(AliasListEntry::aliasName)
                    .containsExactly("alias/aws/ebs");
            assertError(
                    "AccessDeniedException",
                    "kms:PutKeyPolicy",
                    () -> kms.putKeyPolicy(r -> r.keyId(arn).policy(KeyPolicyRules.standard("222222222222"))));
            assertError("AccessDeniedException", "kms:DisableKey", () -> kms.disableKey(r -> r.keyId(arn)));
            assertError(
                    "AccessDeniedException",
                    "kms:TagResource",
                    () -> kms.tagResource(r -> r.keyId(arn).tags(tag("a", "b"))));
        }
    }

    @Test
    void rotationHasItsPeriodAndItsLimits() {
        try (Cloud cloud = cloud()) {
            KmsClient kms = kms(cloud);
            String key = kms.createKey().keyMetadata().keyId();
            assertThat(kms.getKeyRotationStatus(r -> r.keyId(key)).keyRotationEnabled())
                    .isFalse();

            kms.enableKeyRotation(r -> r.keyId(key).rotationPeriodInDays(90));

            GetKeyRotationStatusResponse status = kms.getKeyRotationStatus(r -> r.keyId(key));
            assertThat(status.keyRotationEnabled()).isTrue();
            assertThat(status.rotationPeriodInDays()).isEqualTo(90);
            assertThat(status.nextRotationDate()).isEqualTo(cloud.kernel().now().plus(Duration.ofDays(90)));
            assertError(
                    "ValidationException",
                    "between 90 and 2560",
                    () -> kms.enableKeyRotation(r -> r.keyId(key).rotationPeriodInDays(89)));
            assertError(
                    "ValidationException",
                    "between 90 and 2560",
                    () -> kms.enableKeyRotation(r -> r.keyId(key).rotationPeriodInDays(2_561)));
        }
    }

    @Test
    void aKeyIsDisabledEnabledAndDeletedAfterItsWindow() {
        try (Cloud cloud = cloud()) {
            KmsClient kms = kms(cloud);
            String key = kms.createKey().keyMetadata().keyId();
            kms.createAlias(r -> r.aliasName("alias/doomed").targetKeyId(key));
            kms.disableKey(r -> r.keyId(key));
            assertThat(state(kms, key)).isEqualTo(KeyState.DISABLED);
            kms.enableKey(r -> r.keyId(key));

            assertError(
                    "ValidationException",
                    "between 7 and 30",
                    () -> kms.scheduleKeyDeletion(r -> r.keyId(key).pendingWindowInDays(6)));
            kms.scheduleKeyDeletion(r -> r.keyId(key).pendingWindowInDays(7));
            assertThat(state(kms, key)).isEqualTo(KeyState.PENDING_DELETION);
            assertError("KMSInvalidStateException", "is pending deletion", () -> kms.enableKey(r -> r.keyId(key)));
            kms.cancelKeyDeletion(r -> r.keyId(key));
            assertThat(state(kms, key)).isEqualTo(KeyState.DISABLED);

            kms.scheduleKeyDeletion(r -> r.keyId(key).pendingWindowInDays(7));
            cloud.kernel().after(Duration.ofDays(7), () -> {});
            cloud.kernel().runUntilQuiet();
            assertError("NotFoundException", "does not exist", () -> kms.describeKey(r -> r.keyId(key)));
            assertThat(cloud.kms().find(OWNER, REGION, "alias/doomed")).isEmpty();
        }
    }

    @Test
    void tagsComeAndGoButNotThoseOfAws() {
        try (Cloud cloud = cloud()) {
            KmsClient kms = kms(cloud);
            String key = kms.createKey().keyMetadata().keyId();

            kms.tagResource(r -> r.keyId(key).tags(tag("team", "platform"), tag("env", "")));
            kms.untagResource(r -> r.keyId(key).tagKeys("team", "never-there"));

            assertThat(kms.listResourceTags(r -> r.keyId(key)).tags()).containsExactly(tag("env", ""));
            assertError(
                    "TagException",
                    "reserved",
                    () -> kms.tagResource(r -> r.keyId(key).tags(tag("aws:x", "y"))));
            assertError(
                    "TagException",
                    "Duplicate",
                    () -> kms.tagResource(r -> r.keyId(key).tags(tag("a", "1"), tag("a", "2"))));
        }
    }

    @Test
    void listsComeInPages() {
        try (Cloud cloud = cloud()) {
            KmsClient kms = kms(cloud);
            String key = kms.createKey().keyMetadata().keyId();
            for (int i = 100; i < 220; i++) {
                String name = "alias/n" + i;
                kms.createAlias(r -> r.aliasName(name).targetKeyId(key));
            }

            assertThat(kms.listAliases().truncated()).isTrue();
            assertThat(kms.listAliasesPaginator().aliases()).hasSize(121);
            assertError("InvalidMarkerException", "Invalid marker", () -> kms.listAliases(r -> r.marker("x")));
        }
    }

    @Test
    void theStateShowsEachKeyWithWhatBelongsToIt() {
        try (Cloud cloud = cloud()) {
            KmsClient kms = kms(cloud);
            String key = kms.createKey(r -> r.tags(tag("team", "platform")))
                    .keyMetadata()
                    .keyId();
            kms.createAlias(r -> r.aliasName("alias/share").targetKeyId(key));

            JsonNode state = Policies.keyIn(cloud.kms().state(OWNER, REGION), key);

            assertThat(state.get("state").asText()).isEqualTo("Enabled");
            assertThat(state.at("/aliases/0").asText()).isEqualTo("alias/share");
            assertThat(state.at("/tags/team").asText()).isEqualTo("platform");
            assertThat(state.at("/policy/Statement/0/Effect").asText()).isEqualTo("Allow");
            assertThat(state.get("grants").isEmpty()).isTrue();
        }
    }

    private static Cloud cloud() {
        return new Cloud(Kernel.simulated(1), Settings.defaults());
    }

    private static KmsClient kms(Cloud cloud) {
        return cloud.kms().client(Caller.administrator(OWNER), REGION);
    }

    private static KeyState state(KmsClient kms, String key) {
        return kms.describeKey(r -> r.keyId(key)).keyMetadata().keyState();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().tagKey(key).tagValue(value).build();
    }

    private static void assertError(String code, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(KmsException.class, e -> assertThat(
                                Map.of("code", e.awsErrorDetails().errorCode(), "status", e.statusCode()))
                        .isEqualTo(Map.of("code", code, "status", 400)))
                .hasMessageContaining(message);
    }
}
