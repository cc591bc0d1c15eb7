package dev.amishare.ami;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.ProductCode;
import software.amazon.awssdk.services.ec2.model.ProductCodeValues;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.StorageTier;

/** Whether an image can be shared at all, and how: why not is said in a line each, with the way out. */
public final class SourceRules {
    private SourceRules() {}

    /** What forbids to share this image, as far as it says itself. */
    public static List<String> refusals(Image image, String account) {
        List<String> lines = new ArrayList<>();
        String id = "sourceImageId: " + image.imageId();
        if (!image.state().equals(ImageState.AVAILABLE)) {
            lines.add(id + " is " + image.stateAsString() + reason(image) + ", not available: " + wayOut(image));
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
        ImageAttributes source = ImageAttributes.of(image);
        List<String> blank = source.mappings().stream()
                .filter(Mapping::startsBlankAndPlain)
                .map(Mapping::deviceName)
                .toList();
        if (!blank.isEmpty() && isCopiedWhole(source, account.equals(image.ownerId()))) {
            // AWS says what CopyImage does to snapshots, and nothing of volumes that have none: taken for the worse.
            lines.add(id
                    + " is copied by CopyImage, which keeps billing codes but is not known to encrypt volumes that start "
                    + "blank, as " + String.join(", ", blank)
                    + " here: launch it, make an image of the instance without "
                    + "them or with them encrypted, and share that one");
        }
        return lines;
    }

    /** Whether only CopyImage will do: for what somebody charges for, and for what is somebody else's. */
    private static boolean isCopiedWhole(ImageAttributes source, boolean own) {
        return !own || source.isLicensed();
    }

    /** What forbids to copy these snapshots. */
    public static List<String> refusals(Collection<Snapshot> snapshots) {
        List<String> lines = new ArrayList<>();
        for (Snapshot snapshot : snapshots) {
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

    private static String wayOut(Image image) {
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
