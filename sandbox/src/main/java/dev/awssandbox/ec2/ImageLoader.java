package dev.awssandbox.ec2;

import com.fasterxml.jackson.databind.JsonNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * Makes images and their snapshots out of what {@code aws ec2 describe-images} prints. Ids and all else are kept, but they become
 * private images of one account. Keys that begin with an underscore are ignored, except {@code _losesBillingCodes} of an
 * {@code Ebs} mapping: its snapshot knows of no licences, so that an image registered from it comes out as plain Linux.
 */
final class ImageLoader {
    private final Cloud cloud;
    private final RegionStore store;
    private final String account;
    private final String region;
    /** Which key of the account stands for a key of the document; the same one in every document. */
    private final Map<String, String> keys;

    ImageLoader(Cloud cloud, RegionStore store, String account, String region, Map<String, String> keys) {
        this.cloud = cloud;
        this.store = store;
        this.account = account;
        this.region = region;
        this.keys = keys;
    }

    /**
     * Loads all images of a document, or none.
     *
     * @throws IllegalArgumentException if it is not such a document
     */
    void load(JsonNode document) {
        document.fieldNames().forEachRemaining(name -> {
            if (!name.equals("Images") && !name.startsWith("_")) {
                throw new IllegalArgumentException(name + ": a describe-images document has only Images");
            }
        });
        JsonNode images = document.path("Images");
        if (!images.isArray()) {
            throw new IllegalArgumentException("Images must be a list");
        }
        Map<String, Image> parsed = new LinkedHashMap<>();
        for (JsonNode node : images) {
            Image image = parse(node, "Images[" + parsed.size() + "]");
            if (parsed.put(image.imageId(), image) != null) {
                throw new IllegalArgumentException(image.imageId() + " is there twice");
            }
        }
        int index = 0;
        for (Image image : parsed.values()) {
            put(image, images.get(index++));
        }
    }

    private Image parse(JsonNode node, String where) {
        Image.Builder builder = Image.builder();
        SdkJson.read(node, builder, where);
        Image image = builder.build();
        if (image.imageId() == null) {
            throw new IllegalArgumentException(where + ".ImageId is missing");
        }
        Ami present = store.images().get(image.imageId());
        if (present != null && !present.ownedBy(account)) {
            throw new IllegalArgumentException(
                    image.imageId() + " is there already, and belongs to " + present.owner());
        }
        image.blockDeviceMappings().stream()
                .filter(mapping -> mapping.ebs() != null && mapping.ebs().snapshotId() != null)
                .forEach(mapping -> {
                    EbsSnapshot snapshot = store.snapshots().get(mapping.ebs().snapshotId());
                    if (snapshot != null && !snapshot.ownedBy(account)) {
                        throw new IllegalArgumentException(
                                snapshot.id() + " is there already, and belongs to " + snapshot.owner());
                    }
                });
        return image;
    }

    private void put(Image image, JsonNode node) {
        List<BlockDeviceMapping> mappings = new ArrayList<>();
        for (BlockDeviceMapping mapping : image.blockDeviceMappings()) {
            JsonNode ebsNode =
                    node.path("BlockDeviceMappings").path(mappings.size()).path("Ebs");
            EbsBlockDevice ebs = mapping.ebs();
            if (ebs != null && ebs.snapshotId() != null) {
                putSnapshot(image, ebs)
                        .losesBillingCodes(ebsNode.path("_losesBillingCodes").asBoolean());
            }
            mappings.add(
                    ebs == null
                            ? mapping
                            : mapping.toBuilder()
                                    .ebs(ebs.toBuilder().kmsKeyId(null).build())
                                    .build());
        }
        Ami ami = new Ami(
                image.toBuilder()
                        .ownerId(account)
                        .imageOwnerAlias(null)
                        .publicLaunchPermissions(false)
                        .tags(List.of())
                        .blockDeviceMappings(mappings)
                        .build(),
                region,
                Instant.MIN);
        for (Tag tag : image.tags()) {
            ami.tags(account).put(tag.key(), tag.value() == null ? "" : tag.value());
        }
        store.images().put(ami.id(), ami);
    }

    private EbsSnapshot putSnapshot(Image image, EbsBlockDevice ebs) {
        EbsSnapshot present = store.snapshots().get(ebs.snapshotId());
        if (present != null) {
            return present;
        }
        boolean encrypted = ebs.kmsKeyId() != null || Boolean.TRUE.equals(ebs.encrypted());
        EbsSnapshot snapshot = new EbsSnapshot(
                Snapshot.builder()
                        .snapshotId(ebs.snapshotId())
                        .ownerId(account)
                        .description("")
                        .volumeId("vol-ffffffff")
                        .volumeSize(ebs.volumeSize() == null ? 8 : ebs.volumeSize())
                        .encrypted(encrypted)
                        .kmsKeyId(encrypted ? key(ebs.kmsKeyId()) : null)
                        .startTime(time(image.creationDate()))
                        .state(SnapshotState.COMPLETED)
                        .progress("100%")
                        .storageTier("standard")
                        .outpostArn(ebs.outpostArn())
                        .availabilityZone(ebs.availabilityZone())
                        .build(),
                region,
                ebs.snapshotId(),
                Instant.MIN);
        snapshot.billing(EbsSnapshot.Billing.of(image));
        store.snapshots().put(snapshot.id(), snapshot);
        return snapshot;
    }

    /** The account's own EBS key, or the key that stands for one that the document names. */
    private String key(@Nullable String named) {
        if (named == null || named.endsWith("alias/aws/ebs")) {
            return cloud.kms().ebsKey(account, region);
        }
        String slot = account + " " + region + " " + named;
        return keys.computeIfAbsent(slot, unused -> cloud.kms()
                .find(account, region, named)
                .filter(key -> key.account().equals(account))
                .map(key -> key.arn())
                .orElseGet(() -> cloud.kms()
                        .client(Caller.administrator(account), region)
                        .createKey(request -> request.description("Stands for " + named))
                        .keyMetadata()
                        .arn()));
    }

    /** Some old images have an empty creation date. */
    private Instant time(@Nullable String creationDate) {
        return creationDate == null || creationDate.isEmpty() ? cloud.kernel().now() : Instant.parse(creationDate);
    }
}
