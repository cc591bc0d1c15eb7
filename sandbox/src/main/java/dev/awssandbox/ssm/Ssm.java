package dev.awssandbox.ssm;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.ssm.SsmClient;

/** Systems Manager: parameters. */
public final class Ssm {
    public Ssm(Cloud cloud) {
        cloud.settings();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public SsmClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }
}
