package dev.awssandbox.kms;

import dev.awssandbox.Caller;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What another service wants of a key on behalf of a caller.
 *
 * @param region the Region that is asked; a key is found in its own Region only
 * @param operation as the API names it: {@code Decrypt}, {@code CreateGrant}, {@code ReEncryptFrom} …
 * @param viaService {@code ec2.REGION.amazonaws.com}, null for a direct call
 * @param grantForAwsResource what {@code kms:GrantIsForAWSResource} says in CreateGrant, ListGrants and RevokeGrant
 */
public record KeyUse(
        Caller caller,
        String region,
        String keyArn,
        String operation,
        @Nullable String viaService,
        boolean grantForAwsResource,
        Map<String, String> encryptionContext) {
    public KeyUse {
        encryptionContext = Map.copyOf(encryptionContext);
    }
}
