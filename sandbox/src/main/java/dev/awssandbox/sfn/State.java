package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A state of a definition. A next state of null ends the machine, the iteration or the branch. */
sealed interface State {
    String name();

    /** Which part of input and output passes. */
    Filter filter();

    /** A state that does work that can fail, and so may be retried and caught. */
    sealed interface Worker extends State {
        Outcome outcome();
    }

    record Pass(
            String name,
            Filter filter,
            @Nullable Template parameters,
            @Nullable JsonNode result,
            @Nullable ReferencePath resultPath,
            @Nullable String next)
            implements State {}

    record Task(
            String name,
            Filter filter,
            Resource resource,
            @Nullable Template parameters,
            @Nullable Integer timeoutSeconds,
            @Nullable Path timeoutSecondsPath,
            Outcome outcome)
            implements Worker {}

    record Choice(String name, Filter filter, List<Rule> rules, @Nullable String otherwise) implements State {}

    record Wait(String name, Filter filter, Until until, @Nullable String next) implements State {}

    record Succeed(String name, Filter filter) implements State {}

    record Fail(String name, Filter filter, @Nullable Expression error, @Nullable Expression cause) implements State {}

    record Iterate(
            String name,
            Filter filter,
            Path items,
            @Nullable Template selector,
            int maxConcurrency,
            Definition processor,
            Outcome outcome)
            implements Worker {}

    record Parallel(
            String name, Filter filter, @Nullable Template parameters, List<Definition> branches, Outcome outcome)
            implements Worker {}

    /**
     * InputPath and OutputPath.
     *
     * @param input null for the null path, which gives an empty object
     * @param output null for the null path
     */
    record Filter(@Nullable Path input, @Nullable Path output) {}

    /**
     * What becomes of a worker's result or error.
     *
     * @param resultPath null for the null path, which drops the result
     */
    record Outcome(
            @Nullable Template selector,
            @Nullable ReferencePath resultPath,
            List<Retrier> retriers,
            List<Catcher> catchers,
            @Nullable String next) {}

    /** A rule of a Choice state. */
    record Rule(Condition condition, String next) {}

    /** One element of Retry. */
    record Retrier(
            List<String> errors,
            int intervalSeconds,
            int maxAttempts,
            double backoffRate,
            int maxDelaySeconds,
            boolean jitter) {
        /** Without jitter, the delay before a retry in milliseconds; with it, the longest possible. */
        long delayMillis(int earlierRetries) {
            double seconds = intervalSeconds * Math.pow(backoffRate, earlierRetries);
            return (long) (Math.min(seconds, maxDelaySeconds) * 1000);
        }
    }

    /**
     * One element of Catch.
     *
     * @param resultPath null for the null path
     */
    record Catcher(List<String> errors, @Nullable ReferencePath resultPath, String next) {}

    /** Until when a Wait state waits: exactly one of these. */
    sealed interface Until {
        record Seconds(long seconds) implements Until {}

        record SecondsPath(Path path) implements Until {}

        record Timestamp(Instant time) implements Until {}

        record TimestampPath(Path path) implements Until {}
    }

    /** What a Task calls. */
    sealed interface Resource {
        /** A function by its ARN: the state's input is the payload, the payload is the result. */
        record Function(String arn) implements Resource {}

        /** {@code arn:aws:states:::lambda:invoke}: the function is named in the parameters, the result is Invoke's answer. */
        record Invoke() implements Resource {}
    }
}
