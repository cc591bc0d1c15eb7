package dev.awssandbox.sfn;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.sfn.SfnClient;

/** Step Functions: the interpreter of the Amazon States Language. */
public final class StepFunctions {
    private final Cloud cloud;

    public StepFunctions(Cloud cloud) {
        this.cloud = cloud;
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public SfnClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(cloud + caller.arn() + region);
    }
}
