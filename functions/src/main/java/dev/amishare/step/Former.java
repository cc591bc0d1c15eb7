package dev.amishare.step;

import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;
import dev.amishare.error.NotShareable;
import dev.amishare.ledger.FormerImage;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.SharedSnapshot;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.OperationType;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/** The encrypted snapshots of a share's images that are gone: what stands of them is used again, for the same source only. */
final class Former {
    private final Ec2Client ec2;
    private final Images images;

    Former(Ec2Client ec2, String region) {
        this.ec2 = ec2;
        this.images = new Images(ec2, region);
    }

    /** The ids of the snapshots that these images leave behind. Those of a source that is under the share key itself are the source's. */
    static List<String> copies(Collection<FormerImage> former) {
        return former.stream()
                .flatMap(image -> image.snapshots().stream())
                .filter(SharedSnapshot::isCopy)
                .map(SharedSnapshot::snapshotId)
                .distinct()
                .toList();
    }

    /** Those that stand. */
    List<Snapshot> standing(Collection<FormerImage> former) {
        return images.standing(copies(former));
    }

    /** A copy of each volume of the plan, if the same source's last image has left one; empty where one is missing or of no use. */
    static List<WaitForCompletion.Copy> registrable(Share share, RegionPlan plan, List<Snapshot> standing) {
        Optional<FormerImage> former = share.formerOf(plan.sourceImageId());
        if (plan.way() != Way.SNAPSHOTS || former.isEmpty()) {
            return List.of();
        }
        Set<String> usable = standing.stream()
                .filter(snapshot -> snapshot.state() == SnapshotState.COMPLETED)
                .filter(snapshot -> plan.keyArn().equals(snapshot.kmsKeyId()))
                .map(Snapshot::snapshotId)
                .collect(Collectors.toSet());
        Map<String, String> copyOf = former.get().snapshots().stream()
                .filter(snapshot -> usable.contains(snapshot.snapshotId()))
                .collect(Collectors.toMap(
                        SharedSnapshot::sourceSnapshotId, SharedSnapshot::snapshotId, (one, same) -> one));
        List<String> sources =
                plan.volumes().stream().map(RegionPlan.SourceVolume::snapshotId).toList();
        return copyOf.keySet().containsAll(sources)
                ? sources.stream()
                        .map(source -> new WaitForCompletion.Copy(source, copyOf.get(source), null, null))
                        .toList()
                : List.of();
    }

    /**
     * Makes snapshots ready to be registered: those of a former image get our tags back, and lose everybody who may make volumes of
     * them, since nobody of the former image's is named for the new one.
     *
     * @param snapshotIds all copies that are to be registered
     * @throws NotShareable for one that the ledger does not hold
     */
    void prepare(Share share, Collection<String> snapshotIds) {
        Set<String> unknown = new HashSet<>(snapshotIds);
        unknown.removeAll(share.claim().orElseThrow().made().snapshotIds());
        String source = share.claim().orElseThrow().sourceImageId();
        Map<String, SharedSnapshot> former = share.former().stream()
                .filter(image -> image.sourceImageId().equals(source))
                .flatMap(image -> image.snapshots().stream())
                .filter(snapshot -> unknown.contains(snapshot.snapshotId()))
                .collect(Collectors.toMap(SharedSnapshot::snapshotId, Function.identity(), (one, same) -> one));
        unknown.removeAll(former.keySet());
        if (!unknown.isEmpty()) {
            throw new NotShareable("Snapshots " + String.join(", ", unknown) + " are not in the ledger's item of "
                    + share.id() + ", so no image is registered of them. Start the same request again.");
        }
        for (Snapshot snapshot : images.standing(former.keySet())) {
            SharedSnapshot known = Objects.requireNonNull(former.get(snapshot.snapshotId()));
            OurTags.ofSnapshot(source, known).putBack(ec2, snapshot.snapshotId(), snapshot.tags());
            removeEverybody(snapshot.snapshotId());
        }
    }

    private void removeEverybody(String snapshotId) {
        List<CreateVolumePermission> permissions = ec2.describeSnapshotAttribute(
                        r -> r.snapshotId(snapshotId).attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION))
                .createVolumePermissions();
        List<String> accounts = permissions.stream()
                .map(CreateVolumePermission::userId)
                .filter(account -> account != null && !account.isEmpty())
                .toList();
        // A snapshot under a key of one's own can be shared with accounts only, never with everybody
        // (ModifySnapshotAttribute).
        AddLaunchPermission.batches(accounts)
                .forEach(batch -> ec2.modifySnapshotAttribute(r -> r.snapshotId(snapshotId)
                        .attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION)
                        .operationType(OperationType.REMOVE)
                        .userIds(batch)));
    }
}
