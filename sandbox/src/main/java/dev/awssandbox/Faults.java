package dev.awssandbox;

import dev.awssandbox.kernel.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is made to go wrong on the wire: by rule, call for call, or by chance at a rate. */
public final class Faults {
    private final Kernel kernel;
    private final List<Counter> counters = new ArrayList<>();
    private double rate;
    private SplittableRandom random;

    Faults(Kernel kernel) {
        this.kernel = kernel;
        this.random = kernel.random();
    }

    /** How a call goes wrong. */
    public enum Kind {
        /** Not done; the service's throttling code. */
        THROTTLE("throttle"),
        /** Not done; {@code InternalError}. */
        ERROR500("error500"),
        /** Not done; the service's access-denied code. */
        DENY("deny"),
        /** Done, but the connection closes without an answer. */
        DROP_RESPONSE("drop-response"),
        /** Done, and then the function's process is gone. */
        KILL("kill");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** The kind that rules call {@code word}. */
        public static Kind of(String word) {
            return Arrays.stream(values())
                    .filter(kind -> kind.word.equals(word))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("fault must be one of " + words() + ", not \"" + word + "\""));
        }

        private static String words() {
            return Arrays.stream(values()).map(Kind::toString).collect(Collectors.joining(", "));
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * Makes some of the matching calls go wrong; a null service, action or function matches all.
     *
     * @param service as the credential scope names it
     * @param function the name of the state whose function calls
     * @param nth the first of the matching calls that goes wrong, counted from 1
     * @param times how many of them, one after the other
     */
    public record Rule(
            @Nullable String service,
            @Nullable String action,
            @Nullable String function,
            int nth,
            int times,
            Kind fault) {
        public Rule {
            if (nth < 1 || times < 1) {
                throw new IllegalArgumentException("nth and times are counted from 1");
            }
        }

        private boolean matches(String otherService, String otherAction, @Nullable String otherFunction) {
            return (service == null || service.equals(otherService))
                    && (action == null || action.equals(otherAction))
                    && (function == null || function.equals(otherFunction));
        }
    }

    /** Forgets all rules and their counts, and takes these. */
    public void replace(List<Rule> rules) {
        kernel.locked(() -> {
            counters.clear();
            rules.forEach(rule -> counters.add(new Counter(rule)));
        });
    }

    /** From now on each call of a function goes wrong with this probability, drawn from the kernel's seed. */
    public void atRate(double faultRate) {
        atRate(faultRate, kernel.random());
    }

    /** From now on each call of a function goes wrong with this probability, drawn from {@code source}. */
    public void atRate(double faultRate, SplittableRandom source) {
        if (!(faultRate >= 0 && faultRate <= 1)) {
            throw new IllegalArgumentException("a fault rate is between 0 and 1, not " + faultRate);
        }
        kernel.locked(() -> {
            rate = faultRate;
            random = source;
        });
    }

    /** What happens to this call. To be asked once for each call, in the order in which they are answered: asking counts. */
    public Optional<Kind> next(String service, String action, @Nullable String function) {
        return kernel.locked(() -> {
            Optional<Kind> byRule = Optional.empty();
            for (Counter counter : counters) {
                if (counter.rule.matches(service, action, function) && counter.isDue() && byRule.isEmpty()) {
                    byRule = Optional.of(counter.rule.fault());
                }
            }
            if (byRule.isPresent() || function == null || rate == 0 || random.nextDouble() >= rate) {
                return byRule;
            }
            return Optional.of(Kind.values()[random.nextInt(Kind.values().length)]);
        });
    }

    private static final class Counter {
        private final Rule rule;
        private long matched;

        private Counter(Rule rule) {
            this.rule = rule;
        }

        private boolean isDue() {
            matched++;
            return matched >= rule.nth() && matched - rule.nth() < rule.times();
        }
    }
}
