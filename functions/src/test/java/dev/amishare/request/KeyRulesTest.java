package dev.amishare.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.kms.model.KeyMetadata;

final class KeyRulesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
            CUSTOMER | Enabled         | SYMMETRIC_DEFAULT | ENCRYPT_DECRYPT | -
            AWS      | Enabled         | SYMMETRIC_DEFAULT | ENCRYPT_DECRYPT | kmsKeyId: arn:key is an AWS managed key, whose policy nobody can change, so nothing under it can be shared: name a customer managed key
            CUSTOMER | Disabled        | SYMMETRIC_DEFAULT | ENCRYPT_DECRYPT | kmsKeyId: arn:key is in state Disabled: enable it (aws kms enable-key), or name another key
            CUSTOMER | PendingDeletion | SYMMETRIC_DEFAULT | ENCRYPT_DECRYPT | kmsKeyId: arn:key is in state PendingDeletion: it is about to be deleted: cancel that and enable it, or name another key
            CUSTOMER | PendingImport   | SYMMETRIC_DEFAULT | ENCRYPT_DECRYPT | kmsKeyId: arn:key is in state PendingImport: import its key material, or name another key
            CUSTOMER | Unavailable     | SYMMETRIC_DEFAULT | ENCRYPT_DECRYPT | kmsKeyId: arn:key is in state Unavailable: wait until it is enabled, or name another key
            CUSTOMER | Enabled         | RSA_2048          | ENCRYPT_DECRYPT | kmsKeyId: arn:key is of type RSA_2048 for ENCRYPT_DECRYPT, but EBS encrypts with symmetric keys only: name a key of type SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT
            CUSTOMER | Enabled         | HMAC_256          | GENERATE_VERIFY_MAC | kmsKeyId: arn:key is of type HMAC_256 for GENERATE_VERIFY_MAC, but EBS encrypts with symmetric keys only: name a key of type SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT
            """)
    void onlyEnabledSymmetricCustomerKeysWillDo(
            String manager, String state, String spec, String usage, @Nullable String line) {
        KeyMetadata key = KeyMetadata.builder()
                .arn("arn:key")
                .keyManager(manager)
                .keyState(state)
                .keySpec(spec)
                .keyUsage(usage)
                .build();
        assertThat(KeyRules.refusals("kmsKeyId", key)).isEqualTo(line == null ? List.of() : List.of(line));
    }

    @Test
    void aKeyWithoutTheTagIsNotTouched() {
        assertThat(KeyRules.refusals("kmsKeyId", "arn:key", Map.of("ami-share:managed", "true")))
                .isEmpty();
        assertThat(KeyRules.refusals("kmsKeyId", "arn:key", Map.of("ami-share:managed", "false")))
                .containsExactly(
                        "kmsKeyId: arn:key does not bear the tag ami-share:managed = true, so AMI Share may not change its "
                                + "policy: name another key, or have its administrator tag it");
    }
}
