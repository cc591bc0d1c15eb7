package dev.awssandbox.ec2;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ProductCode;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/** A snapshot: what DescribeSnapshots gives of it, who may make volumes of it, and what it knows of licences. */
final class EbsSnapshot extends Resource {
    private Snapshot snapshot;
    private final String encryptionContext;
    private final Instant listedFrom;
    private final Set<CreateVolumePermission> permissions = new LinkedHashSet<>();
    private @Nullable Billing billing;
    private boolean losesBillingCodes;
    private @Nullable SnapshotCopy copy;

    /**
     * The licences that an image brought with it.
     *
     * @param platform {@code windows} or null
     */
    record Billing(
            @Nullable String platform, String platformDetails, String usageOperation, List<ProductCode> productCodes) {
        /** What {@code image} is billed by, or null where it is an ordinary Linux. */
        static @Nullable Billing of(Image image) {
            String operation = image.usageOperation() == null ? "RunInstances" : image.usageOperation();
            String details = image.platformDetails() == null ? "Linux/UNIX" : image.platformDetails();
            boolean ordinary = operation.equals("RunInstances")
                    && image.platformAsString() == null
                    && image.productCodes().isEmpty();
            return ordinary ? null : new Billing(image.platformAsString(), details, operation, image.productCodes());
        }
    }

    /**
     * A snapshot without tags.
     *
     * @param encryptionContext the id under which KMS wrapped its data key: its own, or that of the volume it was made of
     * @param listedFrom when those who do not ask for it by its id hear of it
     */
    EbsSnapshot(Snapshot snapshot, String region, String encryptionContext, Instant listedFrom) {
        super(snapshot.snapshotId(), "snapshot", snapshot.ownerId(), region);
        this.snapshot = snapshot;
        this.encryptionContext = encryptionContext;
        this.listedFrom = listedFrom;
    }

    /** Without tags and progress. */
    Snapshot snapshot() {
        return snapshot;
    }

    void change(Snapshot changed) {
        this.snapshot = changed;
    }

    boolean is(SnapshotState state) {
        return snapshot.state() == state;
    }

    String encryptionContext() {
        return encryptionContext;
    }

    Instant listedFrom() {
        return listedFrom;
    }

    Set<CreateVolumePermission> permissions() {
        return permissions;
    }

    boolean isPublic() {
        return permissions.stream().anyMatch(permission -> Objects.equals(permission.groupAsString(), "all"));
    }

    /** Whether {@code account} may read it: as owner, by permission, or because everybody may. */
    boolean readableBy(String account) {
        return ownedBy(account)
                || isPublic()
                || permissions.stream().anyMatch(permission -> account.equals(permission.userId()));
    }

    /** What RegisterImage derives an image's licences from, or null where there is nothing, or it has been lost. */
    @Nullable
    Billing billing() {
        return losesBillingCodes ? null : billing;
    }

    void billing(@Nullable Billing licences) {
        this.billing = licences;
    }

    void losesBillingCodes(boolean loses) {
        this.losesBillingCodes = loses;
    }

    /** The copy that is filling it, or null. */
    @Nullable
    SnapshotCopy copy() {
        return copy;
    }

    void copy(@Nullable SnapshotCopy running) {
        this.copy = running;
    }

    /** The key it is encrypted under, or null. */
    @Nullable
    String key() {
        return Boolean.TRUE.equals(snapshot.encrypted()) ? snapshot.kmsKeyId() : null;
    }

    @Override
    String arn() {
        return "arn:aws:ec2:" + region() + "::snapshot/" + id();
    }

    @Override
    Map<String, List<String>> conditionKeys() {
        return Map.of(
                "ec2:SnapshotID", List.of(id()),
                "ec2:Owner", List.of(owner()),
                "ec2:Encrypted", List.of(Boolean.toString(key() != null)),
                "ec2:ParentVolume",
                        List.of("arn:aws:ec2:" + region() + ":" + owner() + ":volume/" + snapshot.volumeId()),
                "ec2:SnapshotTime", List.of(snapshot.startTime().toString()),
                "ec2:VolumeSize", List.of(String.valueOf(snapshot.volumeSize())));
    }
}
