package dev.awssandbox.kms;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.kms.KmsClient;

/** KMS: keys, aliases, policies, grants. */
public final class Kms {
    private final Cloud cloud;

    public Kms(Cloud cloud) {
        this.cloud = cloud;
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public KmsClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(cloud + caller.arn() + region);
    }
}
