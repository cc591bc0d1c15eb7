package dev.awssandbox.ec2;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** EC2: images, snapshots, instances. */
public final class Ec2 {
    public Ec2(Cloud cloud) {
        cloud.settings();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public Ec2Client client(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }
}
