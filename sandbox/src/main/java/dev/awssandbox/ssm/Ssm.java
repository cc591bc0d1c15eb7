package dev.awssandbox.ssm;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.ssm.SsmClient;

/** Systems Manager: parameters. */
public final class Ssm {
    private final Cloud cloud;

    public Ssm(Cloud cloud) {
        this.cloud = cloud;
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public SsmClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(cloud + caller.arn() + region);
    }
}
