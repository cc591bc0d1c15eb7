package dev.awssandbox.ec2;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Cloud;
import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The events that EC2 and EBS send to EventBridge, shapes and oddities as AWS sends them. */
final class Notices {
    private final Cloud cloud;

    Notices(Cloud cloud) {
        this.cloud = cloud;
    }

    /**
     * {@code EBS Snapshot Notification} of a copy. Its ARNs have Region and account swapped, and {@code Incremental} is text.
     *
     * @param cause why it failed, or null
     */
    void snapshotCopied(
            EbsSnapshot snapshot, EbsSnapshot source, boolean incremental, Instant started, @Nullable String cause) {
        ObjectNode detail = JsonNodeFactory.instance.objectNode();
        String arn = swappedArn(snapshot);
        detail.put("event", "copySnapshot");
        detail.put("result", cause == null ? "succeeded" : "failed");
        detail.put("cause", cause == null ? "" : cause);
        detail.put("request-id", "");
        detail.put("snapshot_id", arn);
        detail.put("source", swappedArn(source));
        detail.put("startTime", started.toString());
        detail.put("endTime", cloud.kernel().now().toString());
        if (cause == null) {
            detail.put("Incremental", Boolean.toString(incremental));
        }
        publish(snapshot.owner(), snapshot.region(), "aws.ec2", "EBS Snapshot Notification", arn, detail);
    }

    /** {@code EBS Snapshot Notification} of a share; it goes to the account that received it. */
    void snapshotShared(EbsSnapshot snapshot, String receiver) {
        ObjectNode detail = JsonNodeFactory.instance.objectNode();
        String arn = swappedArn(snapshot);
        detail.put("event", "shareSnapshot");
        detail.put("result", "succeeded");
        detail.put("cause", "");
        detail.put("request-id", "");
        detail.put("snapshot_id", arn);
        detail.put("source", snapshot.owner());
        detail.put("startTime", cloud.kernel().now().toString());
        detail.put("endTime", cloud.kernel().now().toString());
        publish(receiver, snapshot.region(), "aws.ec2", "EBS Snapshot Notification", arn, detail);
    }

    /** {@code EBS Volume Notification}: a volume could not be made, for want of its key. */
    void volumeFailed(String account, String region, String volumeId, String cause) {
        ObjectNode detail = JsonNodeFactory.instance.objectNode();
        detail.put("event", "createVolume");
        detail.put("result", "failed");
        detail.put("cause", cause);
        detail.put("request-id", requestId());
        String arn = "arn:aws:ec2:" + region + ":" + account + ":volume/" + volumeId;
        publish(account, region, "aws.ec2", "EBS Volume Notification", arn, detail);
    }

    /** {@code EC2 AMI State Change}. */
    void imageBecame(Ami image, String state, String error) {
        ObjectNode detail = JsonNodeFactory.instance.objectNode();
        detail.put("RequestId", requestId());
        detail.put("ImageId", image.id());
        detail.put("State", state);
        detail.put("ErrorMessage", error);
        publish(image.owner(), image.region(), "aws.ec2", "EC2 AMI State Change", image.arn(), detail);
    }

    /** {@code Tag Change on Resource}, for the account whose tags they are. */
    void tagsChanged(Resource resource, String account, Collection<String> keys) {
        if (keys.isEmpty()) {
            return;
        }
        ObjectNode detail = JsonNodeFactory.instance.objectNode();
        keys.forEach(detail.putArray("changed-tag-keys")::add);
        detail.put("service", "ec2");
        detail.put("resource-type", resource.type());
        detail.put("version", resource.nextTagVersion());
        resource.tags(account).forEach(detail.putObject("tags")::put);
        publish(account, resource.region(), "aws.tag", "Tag Change on Resource", resource.arn(), detail);
    }

    private void publish(
            String account, String region, String source, String detailType, String resource, ObjectNode detail) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("source", source);
        event.put("detail-type", detailType);
        event.putArray("resources").add(resource);
        event.set("detail", detail);
        cloud.events().publish(account, region, event);
    }

    private String requestId() {
        return new UUID(
                        cloud.kernel().random().nextLong(),
                        cloud.kernel().random().nextLong())
                .toString();
    }

    private static String swappedArn(EbsSnapshot snapshot) {
        return "arn:aws:ec2::" + snapshot.region() + ":snapshot/" + snapshot.id();
    }
}
