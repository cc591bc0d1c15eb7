package dev.awssandbox.lambda;

import org.jspecify.annotations.Nullable;

/** What is known of an invocation beside its payload. */
public final class Invocation {
    private Invocation() {}

    /**
     * Who asked for an invocation.
     *
     * @param state the state of a state machine, which names the function in the call log
     * @param execution the execution's ARN
     */
    public record Source(@Nullable String state, @Nullable String execution) {
        /** Invoked from outside of any state machine. */
        public static final Source DIRECT = new Source(null, null);
    }
}
