package dev.amishare.ami;

import java.time.Duration;

/**
 * When to look again at a copy that is not done: soon enough to see its end soon, rarely enough that a copy of two days takes a few
 * dozen looks. Three numbers decide: how long it has run, how far it says it is, and how long it has said so.
 *
 * <p>docs/adr/0002-waiting.md shows what comes of it.
 */
public final class NextLook {
    private static final Duration SOONEST = Duration.ofSeconds(5);
    private static final Duration LATEST = Duration.ofHours(2);

    private NextLook() {}

    /**
     * How long to wait.
     *
     * @param running since the copy was started
     * @param percent of it done, rounded down
     * @param unchanged since {@code percent} was first seen, zero if it has just changed
     */
    public static Duration after(Duration running, int percent, Duration unchanged) {
        double elapsed = Math.max(0, running.toMillis());
        // At 40 % the whole takes at least elapsed / 41 %: before that, looking is in vain, if it goes on as it went.
        double earliestEnd = elapsed * (99 - Math.min(99, percent)) / (percent + 1);
        // It may also speed up: then we are late by two fifths of the whole at most.
        double expected = Math.min(earliestEnd, elapsed * 2 / 3);
        // Near the end, and where nothing moves, the wait grows with what has passed, so that few looks are in vain.
        double least = Math.max(elapsed / 300, unchanged.toMillis() / 2.0);
        long millis = Math.round(Math.max(expected, least));
        return min(LATEST, max(SOONEST, Duration.ofMillis(millis)));
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
