package dev.awssandbox.kms;

import java.time.Duration;
import java.time.Instant;

/**
 * A request quota, as a bucket of tokens: as many calls at once as the quota has for a second, and as many again in each second after.
 * AWS says how many calls a second KMS takes, not how it counts them; a bucket is how its APIs commonly do.
 */
final class Quota {
    private static final long NANOS = 1_000_000_000L;

    private final int perSecond;
    private long left;
    private Instant counted = Instant.MIN;

    /** @param perSecond calls a second, in an account and Region */
    Quota(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Whether one more call may pass at {@code now}, in billionths of a token for exactness. */
    boolean take(Instant now) {
        long full = perSecond * NANOS;
        boolean isFullAgain =
                counted.equals(Instant.MIN) || Duration.between(counted, now).compareTo(Duration.ofSeconds(1)) >= 0;
        left = isFullAgain
                ? full
                : Math.min(
                        full, left + perSecond * Duration.between(counted, now).toNanos());
        counted = now;
        if (left < NANOS) {
            return false;
        }
        left -= NANOS;
        return true;
    }
}
