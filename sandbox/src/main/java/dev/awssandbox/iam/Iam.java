package dev.awssandbox.iam;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import java.util.Optional;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

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

    /** STS as {@code caller} sees it in {@code region}. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public StsClient sts(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }

    /** Whose access key this is. */
    public Optional<Caller> callerOf(String accessKeyId) {
        return accessKeyId.matches("\\d{12}") && !accessKeyId.startsWith("9999")
                ? Optional.of(Caller.administrator(accessKeyId))
                : Optional.empty();
    }
}
