package dev.amishare.ami;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Snapshot;

final class NextLookTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final List<Duration> DURATIONS = List.of(
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(10),
            Duration.ofHours(1),
            Duration.ofHours(6),
            Duration.ofHours(48));

    /** How far a copy says it is when a part of its time has passed. */
    private enum Course {
        STEADY,
        STALLS_AT_THE_MIDDLE,
        STALLS_AT_THE_END,
        JUMPS_TO_THE_END,
        STAYS_AT_ZERO;

        private int percent(double passed) {
            double done =
                    switch (this) {
                        case STEADY -> passed;
                        case STALLS_AT_THE_MIDDLE -> passed < 0.25 ? 2 * passed : passed < 0.75 ? 0.5 : 2 * passed - 1;
                        case STALLS_AT_THE_END -> Math.min(0.99, 1.5 * passed);
                        case JUMPS_TO_THE_END -> passed / 5;
                        case STAYS_AT_ZERO -> 0;
                    };
            return passed >= 1 ? 100 : (int) (100 * done);
        }
    }

    /** How often one looks at a copy, and how long after its end for the last time. */
    private record Watch(int looks, Duration lag) {
        private static Watch of(Course course, Duration copy) {
            Optional<Progress> seen = Optional.empty();
            Instant at = START.plusSeconds(1);
            for (int looks = 1; ; looks++) {
                double passed = (double) Duration.between(START, at).toMillis() / copy.toMillis();
                if (passed >= 1) {
                    return new Watch(looks, Duration.between(START.plus(copy), at));
                }
                Snapshot snapshot = Snapshot.builder()
                        .snapshotId("snap-0123456789abcdef0")
                        .startTime(START)
                        .progress(course.percent(passed) + "%")
                        .build();
                Progress progress = Progress.of(snapshot, at, seen);
                seen = Optional.of(progress);
                at = at.plusSeconds(progress.nextLook(at).toSeconds());
            }
        }
    }

    @Test
    void fewDozenLooksFromSecondsToTwoDaysWhateverTheCourse() {
        StringBuilder table = new StringBuilder("| copy takes |");
        for (Course course : Course.values()) {
            table.append(' ')
                    .append(course.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                    .append(" |");
        }
        for (Duration copy : DURATIONS) {
            table.append("\n| ").append(text(copy)).append(" |");
            for (Course course : Course.values()) {
                Watch watch = Watch.of(course, copy);
                table.append(' ')
                        .append(watch.looks())
                        .append(", ")
                        .append(text(watch.lag()))
                        .append(" |");
                assertThat(watch.looks()).as(course + " " + copy).isLessThanOrEqualTo(48);
            }
        }
        System.out.println(table);
    }

    @Test
    void theEndOfASteadyCopyIsSeenSoonAfterIt() {
        for (Duration copy : DURATIONS) {
            Duration lag = Watch.of(Course.STEADY, copy).lag();
            assertThat(lag)
                    .as(copy.toString())
                    .isLessThanOrEqualTo(Duration.ofSeconds(5).plus(copy.dividedBy(200)));
        }
    }

    @Property
    void theNextLookIsNeverTooSoonNorTooLate(
            @ForAll @LongRange(min = -10, max = 400_000) long running,
            @ForAll @IntRange(max = 100) int percent,
            @ForAll @LongRange(max = 400_000) long unchanged) {
        assertThat(NextLook.after(Duration.ofSeconds(running), percent, Duration.ofSeconds(unchanged)))
                .isBetween(Duration.ofSeconds(5), Duration.ofHours(2));
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
