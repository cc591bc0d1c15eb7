package dev.amishare.ami;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.ProductCode;
import software.amazon.awssdk.services.ec2.model.ProductCodeValues;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.StorageTier;

/** Whether an image can be shared at all, and how: why not is said in a line each, with the remedy. */
public final class SourceRules {
    private SourceRules() {}

    /** What forbids to share this image, as far as it says itself. */
    public static List<String> refusals(Image image, String account) {
        List<String> lines = new ArrayList<>();
        String id = "sourceImageId: " + image.imageId();
        if (!image.state().equals(ImageState.AVAILABLE)) {
            lines.add(id + " is " + image.stateAsString() + reason(image) + ", not available: " + remedy(image));
        }
        if (!Objects.equals(image.rootDeviceTypeAsString(), "ebs")) {
            lines.add(id
                    + " is backed by instance store, which AWS cannot encrypt or copy as snapshots: launch it, move its "
                    + "root to an EBS volume, make an image of that, and share that one");
        } else if (ImageAttributes.of(image).snapshots().isEmpty()) {
            lines.add(id
                    + " has no volume that starts from a snapshot, so there is nothing to encrypt: make an image of an "
                    + "instance of it, and share that one");
        }
        if (!account.equals(image.ownerId()) && isOfMarketplace(image)) {
            lines.add(id + " is a Marketplace product of account " + image.ownerId()
                    + "; AWS lets nobody copy those between "
                    + "accounts: let each target subscribe to the product, or launch it, make an image of the instance in "
                    + "account " + account + ", and share that one");
        }
        image.blockDeviceMappings().stream()
                .map(BlockDeviceMapping::ebs)
                .filter(Objects::nonNull)
                .filter(ebs -> ebs.outpostArn() != null && ebs.snapshotId() != null)
                .forEach(ebs -> lines.add(onOutpost(ebs.snapshotId(), ebs.outpostArn())));
        return lines;
    }

    /** AWS (EC2 API reference, CopySnapshot): a snapshot on an Outpost stays there. */
    private static String onOutpost(String snapshotId, String outpostArn) {
        return "sourceImageId: its snapshot " + snapshotId + " is on the Outpost " + outpostArn
                + ", and AWS copies none from an Outpost: make the image anew with snapshots in the Region, and share that one";
    }

    /**
     * Whether only CopyImage will do: for what somebody charges for, for what is somebody else's, and for what bears a watermark, which
     * RegisterImage does not take.
     */
    private static boolean isCopiedWhole(ImageAttributes source, boolean own) {
        return !own || source.isLicensed() || !source.watermarks().isEmpty();
    }

    /** What forbids to copy these snapshots. */
    public static List<String> refusals(Collection<Snapshot> snapshots) {
        List<String> lines = new ArrayList<>();
        for (Snapshot snapshot : snapshots) {
            if (snapshot.outpostArn() != null) {
                lines.add(onOutpost(snapshot.snapshotId(), snapshot.outpostArn()));
            } else if (snapshot.availabilityZone() != null) {
                // What CopySnapshot makes of one in the Region is not documented: taken for what it cannot do.
                lines.add("sourceImageId: its snapshot " + snapshot.snapshotId() + " is local to the zone "
                        + snapshot.availabilityZone()
                        + ", and AWS is not known to copy such a one into the Region: make the image anew with snapshots in the "
                        + "Region, and share that one");
            }
            if (!snapshot.state().equals(SnapshotState.COMPLETED)) {
                lines.add("sourceImageId: its snapshot " + snapshot.snapshotId() + " is " + snapshot.stateAsString()
                        + ", not completed: wait until it is, or make the image anew");
            }
            if (Objects.equals(snapshot.storageTier(), StorageTier.ARCHIVE)) {
                lines.add("sourceImageId: its snapshot " + snapshot.snapshotId()
                        + " is archived: restore it first (aws ec2 restore-snapshot-tier)");
            }
        }
        return lines;
    }

    /**
     * How the shared image is to be made.
     *
     * @param own whether the source is of the deployment's account
     * @param snapshots the source's snapshots
     */
    public static Way way(
            ImageAttributes source,
            boolean own,
            Collection<Snapshot> snapshots,
            String sourceRegion,
            String region,
            String keyArn) {
        boolean sameRegion = sourceRegion.equals(region);
        if (isCopiedWhole(source, own)) {
            return Way.COPY_IMAGE;
        } else if (source.kernelId() != null && !sameRegion) {
            // The same kernel has another id in each Region; CopyImage knows which.
            return Way.COPY_IMAGE;
        } else if (sameRegion && snapshots.stream().allMatch(s -> keyArn.equals(s.kmsKeyId()))) {
            return Way.SAME_SNAPSHOTS;
        }
        return Way.SNAPSHOTS;
    }

    private static boolean isOfMarketplace(Image image) {
        return image.productCodes().stream()
                .map(ProductCode::productCodeType)
                .anyMatch(ProductCodeValues.MARKETPLACE::equals);
    }

    private static String reason(Image image) {
        return image.stateReason() == null ? "" : " (" + image.stateReason().message() + ")";
    }

    private static String remedy(Image image) {
        return switch (image.state()) {
            case PENDING, TRANSIENT -> "wait until it is";
            case DISABLED -> "enable it first (aws ec2 enable-image), or share another image";
            default -> "share another image";
        };
    }

    /** The keys that these snapshots are encrypted under, each once. */
    public static List<String> keys(Collection<Snapshot> snapshots) {
        return snapshots.stream()
                .map(Snapshot::kmsKeyId)
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .toList();
    }
}
