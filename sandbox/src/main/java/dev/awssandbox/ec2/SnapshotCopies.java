package dev.awssandbox.ec2;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CopySnapshotResponse;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/** CopySnapshot, and the copies that CopyImage makes. */
final class SnapshotCopies {
    /** Every copy claims to be of this volume. */
    private static final String DUMMY_VOLUME = "vol-ffffffff";
    /** How long a copy takes that moves no data. */
    private static final Duration WITHOUT_DATA = Duration.ofSeconds(1);

    private final Call call;

    SnapshotCopies(Call call) {
        this.call = call;
    }

    CopySnapshotResponse copy(CopySnapshotRequest request) {
        String sourceRegion = Errors.required(request.sourceRegion(), "sourceRegion");
        Map<String, String> tags =
                Tags.requested(request.tagSpecifications(), Set.of("snapshot")).getOrDefault("snapshot", Map.of());
        EbsSnapshot source = new Snapshots(call).readable(call.ec2().store(sourceRegion), request.sourceSnapshotId());
        String key = key(source, request.encrypted(), request.kmsKeyId());
        call.permit("CopySnapshot")
                .on(source)
                .making(
                        "snapshot",
                        tags,
                        Map.of(
                                "ec2:Owner", List.of(call.account()),
                                "ec2:Encrypted", List.of(Boolean.toString(key != null)),
                                "ec2:ParentSnapshot", List.of(source.arn())))
                .check();
        Registration.checkDescription(request.description());
        Optional<Duration> withinDuration = within(request.completionDurationMinutes());
        if (request.destinationOutpostArn() != null || request.destinationAvailabilityZone() != null) {
            throw new UnsupportedOperationException("there are no Outposts and no Local Zones to copy to");
        }
        checkMayLeave(source);
        if (!source.is(SnapshotState.COMPLETED)) {
            throw Errors.of(
                    "IncorrectState",
                    "Snapshot is in invalid state - " + source.snapshot().stateAsString());
        }
        if (call.ec2().copies().isFull(call.account(), call.region())) {
            throw Errors.of(
                    "ResourceLimitExceeded",
                    "Too many snapshot copies in progress. The limit is "
                            + call.cloud().settings().copiesInFlight() + " for this destination region.");
        }
        call.endDryRun(request.dryRun());
        String description = request.description() == null ? "" : request.description();
        EbsSnapshot target = start(source, key, description, tags, withinDuration, false, cause -> {});
        return CopySnapshotResponse.builder()
                .snapshotId(target.id())
                .tags(target.tagList(call.account()))
                .build();
    }

    /**
     * A snapshot on an Outpost cannot be copied at all; one in a Local Zone, into a Region, only into the parent of its zone (API reference
     * of CopySnapshot and CopyImage; code and words are UNVERIFIED).
     */
    void checkMayLeave(EbsSnapshot source) {
        if (source.snapshot().outpostArn() != null) {
            throw Errors.of(
                    "UnsupportedOperation",
                    "The snapshot '" + source.id() + "' is on the Outpost "
                            + source.snapshot().outpostArn() + " and cannot be copied");
        }
        if (source.snapshot().availabilityZone() != null && !source.region().equals(call.region())) {
            throw Errors.of(
                    "UnsupportedOperation",
                    "The snapshot '" + source.id() + "' is in the Local Zone "
                            + source.snapshot().availabilityZone() + " and can be copied into " + source.region()
                            + " only");
        }
    }

    /**
     * The key that a copy will be under, or null for none. A key is taken as it is named: whether it exists shows later.
     */
    @Nullable
    String key(EbsSnapshot source, @Nullable Boolean encrypted, @Nullable String named) {
        Keys keys = call.ec2().keys();
        String sourceKey = source.key();
        if (Boolean.FALSE.equals(encrypted)) {
            throw sourceKey == null
                    ? Errors.invalidValue(
                            "Value (false) for parameter encrypted is invalid. Omit it, or set it to true.")
                    : Errors.of(
                            "InvalidRequest",
                            "Snapshot " + source.id() + " is encrypted. Creating an unencrypted copy from an encrypted"
                                    + " snapshot is not supported.");
        }
        if (named != null && !named.isEmpty()) {
            if (encrypted == null) {
                throw Errors.of(
                        "InvalidParameterDependency",
                        "The parameter KmsKeyId requires the parameter Encrypted to be set.");
            }
            return keys.arnOf(call.account(), call.region(), named);
        }
        if (sourceKey != null
                && source.ownedBy(call.account())
                && source.region().equals(call.region())) {
            return sourceKey;
        }
        boolean encrypts =
                encrypted != null || sourceKey != null || call.settings().encryptionByDefault();
        return encrypts ? keys.defaultKey(call.account(), call.region()) : null;
    }

    /**
     * Begins a copy; its snapshot is there at once, pending.
     *
     * @param within how long it may take by a time-based copy's promise
     * @param patient whether it may wait for a free slot
     * @param whenDone is given the reason of a failure, or nothing
     */
    EbsSnapshot start(
            EbsSnapshot source,
            @Nullable String key,
            String description,
            Map<String, String> tags,
            Optional<Duration> within,
            boolean patient,
            Consumer<Optional<String>> whenDone) {
        String id = call.newId("snap");
        Snapshot.Builder made = Snapshot.builder()
                .snapshotId(id)
                .ownerId(call.account())
                .description(description)
                .volumeId(DUMMY_VOLUME)
                .volumeSize(source.snapshot().volumeSize())
                .encrypted(key != null)
                .kmsKeyId(key)
                .startTime(call.now())
                .state(SnapshotState.PENDING)
                .storageTier("standard")
                .transferType(within.isPresent() ? "time-based" : "standard");
        within.ifPresent(duration -> made.completionDurationMinutes((int) duration.toMinutes()));
        EbsSnapshot target = new Snapshots(call).add(made.build(), id, tags);
        target.billing(source.billing());
        boolean here = source.ownedBy(call.account()) && source.region().equals(call.region());
        boolean movesData = !(here && Objects.equals(source.key(), key));
        Duration full = fullCopy(source);
        Duration duration =
                movesData ? within.filter(limit -> limit.compareTo(full) < 0).orElse(full) : shorter(full);
        call.ec2()
                .copies()
                .add(new SnapshotCopy(source, target, call.caller(), duration, !movesData, patient, whenDone));
        if (!source.ownedBy(call.account())) {
            call.ec2().recordUse("SharedSnapshotCopyInitiated", source, call.account());
        }
        return target;
    }

    /** The largest volume of an image takes what is set; others in proportion to their size. */
    private Duration fullCopy(EbsSnapshot source) {
        int size = Math.max(1, source.snapshot().volumeSize());
        RegionStore store = call.ec2().store(source.region());
        int largest = store.images().values().stream()
                .filter(image -> image.snapshotIds().contains(source.id()))
                .findFirst()
                .stream()
                .flatMap(image -> image.snapshotIds().stream())
                .map(store.snapshots()::get)
                .filter(Objects::nonNull)
                .mapToInt(snapshot -> snapshot.snapshot().volumeSize())
                .max()
                .orElse(size);
        return call.cloud().settings().largestCopy().multipliedBy(size).dividedBy(Math.max(largest, size));
    }

    private static Duration shorter(Duration full) {
        return full.compareTo(WITHOUT_DATA) < 0 ? full : WITHOUT_DATA;
    }

    private static Optional<Duration> within(@Nullable Integer minutes) {
        if (minutes == null) {
            return Optional.empty();
        }
        if (minutes < 15 || minutes > 2_880 || minutes % 15 != 0) {
            throw Errors.invalidValue(
                    "CompletionDurationMinutes must be between 15 and 2880, in steps of 15, not " + minutes);
        }
        return Optional.of(Duration.ofMinutes(minutes));
    }
}
