package dev.awssandbox.events;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Schedule expressions, of which the sandbox knows rates. */
final class Schedule {
    private static final Pattern RATE = Pattern.compile("rate\\(([1-9]\\d*) (minute|hour|day)(s?)\\)");

    private Schedule() {}

    /**
     * How often a schedule comes.
     *
     * @throws IllegalArgumentException if it is not a rate
     */
    static Duration period(String expression) {
        Matcher rate = RATE.matcher(expression);
        if (!rate.matches() || rate.group(1).equals("1") == rate.group(3).equals("s")) {
            throw new IllegalArgumentException(
                    "the sandbox knows schedules of the form rate(1 hour) or rate(5 minutes), not " + expression);
        }
        long count = Long.parseLong(rate.group(1));
        return switch (rate.group(2)) {
            case "minute" -> Duration.ofMinutes(count);
            case "hour" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
