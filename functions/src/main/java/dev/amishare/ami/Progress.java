package dev.amishare.ami;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Snapshot;

/**
 * How far the copy of a snapshot is.
 *
 * @param percent as EC2 says; what it does not say is 0
 * @param since when this percentage was first seen
 */
public record Progress(String snapshotId, int percent, Instant startedAt, Instant since) {
    /** What a look at {@code at} shows, beside what the look before has shown. */
    public static Progress of(Snapshot snapshot, Instant at, Optional<Progress> before) {
        int percent = percent(snapshot.progress());
        Instant started = Optional.ofNullable(snapshot.startTime()).orElse(at);
        Instant firstSeen = percent == 0 ? started : at;
        Instant since =
                before.filter(b -> b.percent() == percent).map(Progress::since).orElse(firstSeen);
        return new Progress(snapshot.snapshotId(), percent, started, since);
    }

    private static int percent(@Nullable String text) {
        String digits = text == null ? "" : text.replaceAll("[^0-9]", "");
        return digits.isEmpty() || digits.length() > 3 ? 0 : Math.min(100, Integer.parseInt(digits));
    }

    /** How long it has been running. */
    public Duration running(Instant at) {
        return Duration.between(startedAt, at);
    }

    /** How long to wait before the next look. */
    public Duration nextLook(Instant at) {
        return NextLook.after(running(at), percent, Duration.between(since, at));
    }
}
