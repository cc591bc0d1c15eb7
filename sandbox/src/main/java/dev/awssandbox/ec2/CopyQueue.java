package dev.awssandbox.ec2;

import dev.awssandbox.Cloud;
import dev.awssandbox.kernel.Kernel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/**
 * All copies of snapshots under way. A second copy of a snapshot to the same place begins when the first has ended. The keys are judged
 * a little after a copy has begun, long after the call was answered.
 */
final class CopyQueue {
    private static final Duration KEYS_JUDGED_AFTER = Duration.ofSeconds(1);

    private final Cloud cloud;
    private final Ec2 ec2;
    private final List<SnapshotCopy> unfinished = new ArrayList<>();
    private int mostInFlight;

    CopyQueue(Cloud cloud, Ec2 ec2) {
        this.cloud = cloud;
        this.ec2 = ec2;
    }

    /** How many copies into {@code region} of {@code account} count against the quota now. */
    long inFlight(String account, String region) {
        return unfinished.stream()
                .filter(SnapshotCopy::holdsSlot)
                .map(SnapshotCopy::target)
                .filter(target -> target.ownedBy(account) && target.region().equals(region))
                .count();
    }

    boolean isFull(String account, String region) {
        return inFlight(account, region) >= cloud.settings().copiesInFlight();
    }

    void add(SnapshotCopy copy) {
        copy.target().copy(copy);
        unfinished.add(copy);
        beginWhatCan();
    }

    /** The most that were ever in flight into one Region of one account. */
    int mostInFlight() {
        return mostInFlight;
    }

    /** The target was deleted: nothing of it goes on. */
    void abandon(SnapshotCopy copy) {
        Kernel.Event next = copy.next();
        if (next != null) {
            cloud.kernel().cancel(next);
        }
        unfinished.remove(copy);
        copy.done(Optional.of("The snapshot was deleted"));
        beginWhatCan();
    }

    private void beginWhatCan() {
        for (SnapshotCopy copy : List.copyOf(unfinished)) {
            if (!copy.hasStarted() && mayBegin(copy)) {
                begin(copy);
            }
            EbsSnapshot target = copy.target();
            mostInFlight = Math.max(mostInFlight, (int) inFlight(target.owner(), target.region()));
        }
    }

    private boolean mayBegin(SnapshotCopy copy) {
        boolean isFirst = unfinished.stream()
                .filter(other -> other.competesWith(copy))
                .findFirst()
                .filter(first -> first == copy)
                .isPresent();
        EbsSnapshot target = copy.target();
        return isFirst && (copy.holdsSlot() || !isFull(target.owner(), target.region()));
    }

    private void begin(SnapshotCopy copy) {
        copy.started(cloud.kernel().now());
        Duration judged = copy.duration().compareTo(KEYS_JUDGED_AFTER) < 0 ? copy.duration() : KEYS_JUDGED_AFTER;
        Duration rest = copy.duration().minus(judged);
        copy.next(cloud.kernel().after(judged, () -> {
            Optional<String> refusal = refusal(copy);
            if (refusal.isPresent() || rest.isZero()) {
                end(copy, refusal);
            } else {
                copy.next(cloud.kernel().after(rest, () -> end(copy, Optional.empty())));
            }
        }));
    }

    private Optional<String> refusal(SnapshotCopy copy) {
        EbsSnapshot source = copy.source();
        EbsSnapshot target = copy.target();
        Keys keys = ec2.keys();
        if (!ec2.store(source.region()).snapshots().containsKey(source.id())) {
            return Optional.of("Source snapshot ID is not valid");
        }
        String targetKey = target.key();
        if (targetKey == null) {
            return Optional.empty();
        }
        String defaultKey = keys.defaultKey(target.owner(), target.region());
        if (keys.refusalToDescribe(copy.caller(), target.region(), defaultKey).isPresent()) {
            return Optional.of(
                    "Given key ID is not accessible. You must have DescribeKey permissions on the default CMK");
        }
        String sourceKey = source.key();
        boolean readable = sourceKey == null
                || keys.refusalToRead(copy.caller(), source.region(), sourceKey, source.encryptionContext())
                        .isEmpty();
        boolean writable = keys.refusalToWrite(copy.caller(), target.region(), targetKey, target.encryptionContext())
                .isEmpty();
        return readable && writable ? Optional.empty() : Optional.of("Given key ID is not accessible");
    }

    private void end(SnapshotCopy copy, Optional<String> cause) {
        unfinished.remove(copy);
        EbsSnapshot target = copy.target();
        Instant now = cloud.kernel().now();
        String progress = copy.progress(now);
        target.copy(null);
        target.change(
                cause.isPresent()
                        ? target.snapshot().toBuilder()
                                .state(SnapshotState.ERROR)
                                .stateMessage(cause.get())
                                .progress(progress)
                                .build()
                        : target.snapshot().toBuilder()
                                .state(SnapshotState.COMPLETED)
                                .progress("100%")
                                .completionTime(now)
                                .build());
        ec2.notices()
                .snapshotCopied(
                        target,
                        copy.source(),
                        copy.incremental(),
                        target.snapshot().startTime(),
                        cause.orElse(null));
        copy.done(cause);
        beginWhatCan();
    }
}
