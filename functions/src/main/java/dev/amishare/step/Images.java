package dev.amishare.step;

import dev.amishare.ami.ManagedTags;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.NotShareable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Shared images and their snapshots, as the source account sees them in one Region. */
final class Images {
    /** As many ids as go into one request without trouble. */
    private static final int BATCH = 200;

    private final Ec2Client ec2;
    private final String region;

    Images(Ec2Client ec2, String region) {
        this.ec2 = ec2;
        this.region = region;
    }

    /** The image, or empty if there is none of that id. */
    Optional<Image> find(String imageId) {
        try {
            return ec2.describeImages(r -> r.imageIds(imageId).includeDisabled(true)).images().stream()
                    .findFirst();
        } catch (Ec2Exception e) {
            if (isCode(e, "InvalidAMIID.NotFound")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The image, of which this execution has learned before that it is there and ours.
     *
     * @throws AwsUnavailable if it is not visible (yet)
     * @throws NotShareable if it is not ours to change
     */
    Image managed(String imageId) {
        Image image = find(imageId)
                .orElseThrow(() -> new AwsUnavailable("Image " + imageId + " in " + region
                        + " is not visible yet, or somebody has deregistered it. Start the same request again later."));
        if (!isManaged(image.tags())) {
            throw new NotShareable(
                    "Image " + imageId + " in " + region + " does not carry the tag " + ManagedTags.MANAGED
                            + " = true, so it is not changed. If somebody has removed the tag from a shared image meanwhile, start the same request again: it puts the tag back.");
        }
        return image;
    }

    /** Own images of that name, disabled ones included. */
    static List<Image> named(Ec2Client ec2, String name) {
        return ec2.describeImages(r -> r.owners("self")
                        .includeDisabled(true)
                        .filters(Filter.builder().name("name").values(name).build()))
                .images();
    }

    /** Those of these snapshots that there are, as far as EC2 lists them already. */
    List<Snapshot> standing(Collection<String> ids) {
        List<Snapshot> found = new ArrayList<>();
        for (List<String> batch : batches(ids)) {
            Filter filter = Filter.builder().name("snapshot-id").values(batch).build();
            ec2.describeSnapshotsPaginator(r -> r.ownerIds("self").filters(filter)).snapshots().stream()
                    .forEach(found::add);
        }
        return found;
    }

    /** The snapshots of these ids, all of which there must be. */
    List<Snapshot> snapshots(Collection<String> ids) {
        List<Snapshot> found = new ArrayList<>();
        for (List<String> batch : batches(ids)) {
            found.addAll(ec2.describeSnapshots(r -> r.snapshotIds(batch)).snapshots());
        }
        return found;
    }

    private static List<List<String>> batches(Collection<String> ids) {
        List<String> all = List.copyOf(ids);
        List<List<String>> batches = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BATCH) {
            batches.add(all.subList(from, Math.min(from + BATCH, all.size())));
        }
        return batches;
    }

    /** The ids of an image's snapshots, each once, in the order of its mappings. */
    static List<String> snapshotIds(Image image) {
        return image.blockDeviceMappings().stream()
                .map(BlockDeviceMapping::ebs)
                .filter(Objects::nonNull)
                .map(EbsBlockDevice::snapshotId)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    static boolean isManaged(Collection<Tag> tags) {
        return has(tags, ManagedTags.MANAGED, "true");
    }

    static boolean has(Collection<Tag> tags, String key, String value) {
        return tags.stream()
                .anyMatch(tag -> tag.key().equals(key) && tag.value().equals(value));
    }

    static boolean isCode(Ec2Exception e, String... codes) {
        return e.awsErrorDetails() != null
                && List.of(codes).contains(e.awsErrorDetails().errorCode());
    }
}
