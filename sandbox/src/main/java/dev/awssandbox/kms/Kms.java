package dev.awssandbox.kms;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.kms.KmsClient;

/** KMS: keys, aliases, policies, grants. */
public final class Kms {
    public Kms(Cloud cloud) {
        cloud.settings();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public KmsClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }
}
