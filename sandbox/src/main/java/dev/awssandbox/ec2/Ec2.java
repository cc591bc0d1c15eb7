package dev.awssandbox.ec2;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** EC2: images, snapshots, instances. */
public final class Ec2 {
    private final Cloud cloud;

    public Ec2(Cloud cloud) {
        this.cloud = cloud;
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public Ec2Client client(Caller caller, String region) {
        throw new UnsupportedOperationException(cloud + caller.arn() + region);
    }
}
