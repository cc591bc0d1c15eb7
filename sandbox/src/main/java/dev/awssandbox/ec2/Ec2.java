package dev.awssandbox.ec2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

    /** Creates the images of a describe-images document with their snapshots. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public void load(String account, String region, JsonNode describeImagesDocument) {
        throw new UnsupportedOperationException(account + region + describeImagesDocument);
    }

    /** What there is, in the shapes of the describe calls. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public ObjectNode state(String account, String region) {
        throw new UnsupportedOperationException(account + region);
    }
}
