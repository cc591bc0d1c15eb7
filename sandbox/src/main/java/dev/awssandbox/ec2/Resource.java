package dev.awssandbox.ec2;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.Tag;

/** What EC2 keeps under an id. Every account may tag what it sees, and sees only its own tags. */
abstract class Resource {
    private final String id;
    private final String type;
    private final String owner;
    private final String region;
    private final Map<String, Map<String, String>> tags = new LinkedHashMap<>();
    private int tagVersion;

    Resource(String id, String type, String owner, String region) {
        this.id = id;
        this.type = type;
        this.owner = owner;
        this.region = region;
    }

    /** The value of {@code ec2:…} condition keys that describe this resource. */
    abstract Map<String, List<String>> conditionKeys();

    final String id() {
        return id;
    }

    /** As in ARNs and tag specifications: {@code image}, {@code snapshot} … */
    final String type() {
        return type;
    }

    final String owner() {
        return owner;
    }

    final String region() {
        return region;
    }

    /** Images and snapshots have no account in their ARN. */
    String arn() {
        return "arn:aws:ec2:" + region + ":" + owner + ":" + type + "/" + id;
    }

    final boolean ownedBy(String account) {
        return owner.equals(account);
    }

    /** The tags that {@code account} gave this resource, to be changed in place. */
    final Map<String, String> tags(String account) {
        return tags.computeIfAbsent(account, key -> new LinkedHashMap<>());
    }

    final List<Tag> tagList(String account) {
        return tagList(tags(account));
    }

    static List<Tag> tagList(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }

    /** The number of the next tag change, as its event carries it. */
    final int nextTagVersion() {
        return ++tagVersion;
    }

    /** Timestamps that EC2 keeps as text have milliseconds, always. */
    static String timestamp(Instant time) {
        String text = time.toString();
        return text.contains(".") ? text : text.replace("Z", ".000Z");
    }
}
