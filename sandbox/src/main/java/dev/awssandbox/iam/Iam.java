package dev.awssandbox.iam;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.iam.IamClient;

/** IAM and STS: roles, sessions, and what policies allow. */
public final class Iam {
    private final Cloud cloud;

    public Iam(Cloud cloud) {
        this.cloud = cloud;
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public IamClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(cloud + caller.arn() + region);
    }
}
