package dev.awssandbox.events;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule of the default event bus of an account and Region.
 *
 * @param eventPattern JSON, or null for a schedule
 * @param schedule {@code rate(…)} or {@code cron(…)}, or null for a pattern
 */
public record Rule(
        String name,
        String account,
        String region,
        @Nullable String eventPattern,
        @Nullable String schedule,
        boolean enabled,
        List<Target> targets) {
    public Rule {
        targets = List.copyOf(targets);
    }

    /** The rule's ARN. */
    public String arn() {
        return "arn:aws:events:" + region + ":" + account + ":rule/" + name;
    }

    /**
     * What a rule starts: a state machine.
     *
     * @param input the constant input, or null for the event itself
     * @param deadLetterArn the queue for events that could not be delivered
     */
    public record Target(
            String id,
            String arn,
            String roleArn,
            @Nullable String input,
            int maximumRetryAttempts,
            Duration maximumEventAge,
            @Nullable String deadLetterArn) {}
}
