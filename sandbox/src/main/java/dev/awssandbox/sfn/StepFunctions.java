package dev.awssandbox.sfn;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.sfn.SfnClient;

/** Step Functions: the interpreter of the Amazon States Language. */
public final class StepFunctions {
    public StepFunctions(Cloud cloud) {
        cloud.settings();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public SfnClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }
}
