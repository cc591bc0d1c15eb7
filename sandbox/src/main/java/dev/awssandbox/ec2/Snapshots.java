package dev.awssandbox.ec2;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/** Snapshots that are there, and those made of volumes. Copies are elsewhere. */
final class Snapshots {
    private final Call call;

    Snapshots(Call call) {
        this.call = call;
    }

    DescribeSnapshotsResponse describe(DescribeSnapshotsRequest request) {
        call.permit("DescribeSnapshots").onAnything().check();
        call.endDryRun(request.dryRun());
        if (!request.snapshotIds().isEmpty() && request.maxResults() != null) {
            throw Errors.combination("The parameter snapshotSet cannot be used with the parameter maxResults");
        }
        List<Snapshot> found = candidates(request)
                .filter(snapshot -> request.ownerIds().isEmpty()
                        || request.ownerIds().stream()
                                .anyMatch(owner -> snapshot.ownedBy(owner.equals("self") ? call.account() : owner)))
                .filter(snapshot -> request.restorableByUserIds().isEmpty()
                        || request.restorableByUserIds().stream().anyMatch(user -> isRestorableBy(snapshot, user)))
                .filter(filters().matching(request.filters()))
                .map(this::described)
                .toList();
        Page<Snapshot> page = Page.of(found, 5, request.maxResults(), request.nextToken());
        return DescribeSnapshotsResponse.builder()
                .snapshots(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    /**
     * The snapshots named; or all that the caller may read and that EC2 has got round to listing. The facts document eventual consistency
     * for EC2, and name only images: the stricter reading.
     */
    private Stream<EbsSnapshot> candidates(DescribeSnapshotsRequest request) {
        if (request.snapshotIds().isEmpty()) {
            return call.store().snapshots().values().stream()
                    .filter(snapshot -> snapshot.readableBy(call.account()))
                    .filter(snapshot -> !call.now().isBefore(snapshot.listedFrom()));
        }
        Set<String> wanted = Set.copyOf(
                request.snapshotIds().stream().map(id -> readable(id).id()).toList());
        return call.store().snapshots().values().stream().filter(snapshot -> wanted.contains(snapshot.id()));
    }

    private boolean isRestorableBy(EbsSnapshot snapshot, String user) {
        return switch (user) {
            case "self" -> snapshot.readableBy(call.account());
            case "all" -> snapshot.isPublic();
            default -> snapshot.permissions().stream().anyMatch(permission -> user.equals(permission.userId()));
        };
    }

    private Filters<EbsSnapshot> filters() {
        return new Filters<EbsSnapshot>()
                .by("description", snapshot -> snapshot.snapshot().description())
                .by("encrypted", snapshot -> snapshot.snapshot().encrypted())
                .by("owner-alias", snapshot -> snapshot.snapshot().ownerAlias())
                .by("owner-id", EbsSnapshot::owner)
                .by("progress", snapshot -> described(snapshot).progress())
                .by("snapshot-id", EbsSnapshot::id)
                .by(
                        "start-time",
                        snapshot -> Resource.timestamp(snapshot.snapshot().startTime()))
                .by("status", snapshot -> snapshot.snapshot().stateAsString())
                .by("storage-tier", snapshot -> snapshot.snapshot().storageTierAsString())
                .by("transfer-type", snapshot -> snapshot.snapshot().transferTypeAsString())
                .by("volume-id", snapshot -> snapshot.snapshot().volumeId())
                .by("volume-size", snapshot -> snapshot.snapshot().volumeSize())
                .byTags(snapshot -> snapshot.tags(call.account()));
    }

    /** A snapshot as the caller is shown it now. */
    Snapshot described(EbsSnapshot snapshot) {
        SnapshotCopy copy = snapshot.copy();
        Snapshot.Builder shown = snapshot.snapshot().toBuilder().tags(snapshot.tagList(call.account()));
        return copy == null
                ? shown.build()
                : shown.progress(copy.progress(call.now())).build();
    }

    DeleteSnapshotResponse delete(DeleteSnapshotRequest request) {
        EbsSnapshot snapshot = owned(request.snapshotId());
        call.permit("DeleteSnapshot").on(snapshot).check();
        call.store().holdersOf(snapshot.id()).findFirst().ifPresent(image -> {
            throw Errors.of(
                    "InvalidSnapshot.InUse", "The snapshot " + snapshot.id() + " is currently in use by " + image.id());
        });
        call.endDryRun(request.dryRun());
        remove(snapshot);
        return DeleteSnapshotResponse.builder().build();
    }

    /** Deletes a snapshot; a copy into it ends. */
    void remove(EbsSnapshot snapshot) {
        call.store().snapshots().remove(snapshot.id());
        SnapshotCopy copy = snapshot.copy();
        if (copy != null) {
            call.ec2().copies().abandon(copy);
        }
    }

    CreateSnapshotResponse create(CreateSnapshotRequest request) {
        EbsVolume volume = new Volumes(call).owned(request.volumeId());
        Map<String, String> tags =
                Tags.requested(request.tagSpecifications(), Set.of("snapshot")).getOrDefault("snapshot", Map.of());
        call.permit("CreateSnapshot")
                .on(volume)
                .making("snapshot", tags, Map.of("ec2:Owner", List.of(call.account())))
                .check();
        Registration.checkDescription(request.description());
        call.endDryRun(request.dryRun());
        EbsSnapshot snapshot = add(
                Snapshot.builder()
                        .snapshotId(call.newId("snap"))
                        .ownerId(call.account())
                        .description(request.description() == null ? "" : request.description())
                        .volumeId(volume.id())
                        .volumeSize(volume.volume().size())
                        .encrypted(volume.key() != null)
                        .kmsKeyId(volume.key())
                        .startTime(call.now())
                        .state(SnapshotState.PENDING)
                        .progress("0%")
                        .storageTier("standard")
                        .build(),
                volume.id(),
                tags);
        call.cloud().kernel().after(Call.MOMENT, () -> {
            snapshot.change(snapshot.snapshot().toBuilder()
                    .state(SnapshotState.COMPLETED)
                    .progress("100%")
                    .completionTime(call.now())
                    .build());
        });
        Snapshot made = described(snapshot);
        return CreateSnapshotResponse.builder()
                .snapshotId(made.snapshotId())
                .ownerId(made.ownerId())
                .description(made.description())
                .volumeId(made.volumeId())
                .volumeSize(made.volumeSize())
                .encrypted(made.encrypted())
                .kmsKeyId(made.kmsKeyId())
                .startTime(made.startTime())
                .state(made.state())
                .progress(made.progress())
                .tags(made.tags())
                .build();
    }

    EbsSnapshot add(Snapshot made, String encryptionContext, Map<String, String> tags) {
        EbsSnapshot snapshot = new EbsSnapshot(
                made,
                call.region(),
                encryptionContext,
                call.now().plus(call.cloud().settings().imageVisibility()));
        call.store().snapshots().put(snapshot.id(), snapshot);
        new Tags(call).put(snapshot, tags);
        return snapshot;
    }

    /** A snapshot of this Region that the caller may read. */
    EbsSnapshot readable(@Nullable String id) {
        return readable(call.store(), id);
    }

    /** A snapshot of some Region that the caller may read. What he may not read does not exist for him. */
    EbsSnapshot readable(RegionStore store, @Nullable String id) {
        String given = Errors.required(id, "SnapshotId");
        if (!given.matches("snap-([0-9a-f]{8}|[0-9a-f]{17}|f{8})")) {
            throw Errors.of("InvalidSnapshotID.Malformed", "Invalid id: \"" + given + "\" (expecting \"snap-...\")");
        }
        EbsSnapshot snapshot = store.snapshots().get(given);
        if (snapshot == null || !snapshot.readableBy(call.account())) {
            throw Errors.unknownSnapshot(given);
        }
        return snapshot;
    }

    /** A snapshot that the caller owns. */
    EbsSnapshot owned(@Nullable String id) {
        EbsSnapshot snapshot = readable(id);
        if (!snapshot.ownedBy(call.account())) {
            throw Errors.of("AuthFailure", "You do not own the snapshot '" + snapshot.id() + "'");
        }
        return snapshot;
    }
}
