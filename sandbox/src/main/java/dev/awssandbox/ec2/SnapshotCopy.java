package dev.awssandbox.ec2;

import dev.awssandbox.Caller;
import dev.awssandbox.kernel.Kernel;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A copy of a snapshot under way, from the answer to the call until it is completed or in error. */
final class SnapshotCopy {
    private final EbsSnapshot source;
    private final EbsSnapshot target;
    private final Caller caller;
    private final Duration duration;
    private final boolean incremental;
    private final boolean patient;
    private final Consumer<Optional<String>> whenDone;
    private @Nullable Instant started;
    private Kernel.@Nullable Event next;

    /**
     * A copy that has not begun.
     *
     * @param duration how long it takes once it moves data
     * @param incremental whether the destination has an earlier copy that this one builds upon
     * @param patient whether it waits for a free slot, as CopyImage's do, rather than having been refused without one
     * @param whenDone is given the reason of a failure, or nothing
     */
    SnapshotCopy(
            EbsSnapshot source,
            EbsSnapshot target,
            Caller caller,
            Duration duration,
            boolean incremental,
            boolean patient,
            Consumer<Optional<String>> whenDone) {
        this.source = source;
        this.target = target;
        this.caller = caller;
        this.duration = duration;
        this.incremental = incremental;
        this.patient = patient;
        this.whenDone = whenDone;
    }

    EbsSnapshot source() {
        return source;
    }

    EbsSnapshot target() {
        return target;
    }

    Caller caller() {
        return caller;
    }

    Duration duration() {
        return duration;
    }

    boolean incremental() {
        return incremental;
    }

    boolean hasStarted() {
        return started != null;
    }

    void started(Instant time) {
        this.started = time;
    }

    /** What happens to it next, so that it can be taken back. */
    Kernel.@Nullable Event next() {
        return next;
    }

    void next(Kernel.Event event) {
        this.next = event;
    }

    /** Whether it counts against the quota: what waits for a slot has none. */
    boolean holdsSlot() {
        return hasStarted() || !patient;
    }

    /** Whether both read the same snapshot into the same place, where one has to wait for the other. */
    boolean competesWith(SnapshotCopy other) {
        return source == other.source && sameDestination(other.target);
    }

    boolean sameDestination(EbsSnapshot other) {
        return target.owner().equals(other.owner()) && target.region().equals(other.region());
    }

    void done(Optional<String> cause) {
        whenDone.accept(cause);
    }

    /** As DescribeSnapshots shows it while the copy is pending. */
    String progress(Instant now) {
        Instant begun = started;
        if (begun == null || duration.isZero()) {
            return "0%";
        }
        long percent = Duration.between(begun, now).toMillis() * 100 / Math.max(1, duration.toMillis());
        return Math.max(0, Math.min(99, percent)) + "%";
    }
}
