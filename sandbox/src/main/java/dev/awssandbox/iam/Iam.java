package dev.awssandbox.iam;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.iam.IamClient;

/** IAM and STS: roles, sessions, and what policies allow. */
public final class Iam {
    public Iam(Cloud cloud) {
        cloud.settings();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public IamClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }
}
