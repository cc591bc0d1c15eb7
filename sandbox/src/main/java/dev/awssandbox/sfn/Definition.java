package dev.awssandbox.sfn;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A state machine as it is written, a Map's item processor, or a branch of a Parallel state.
 *
 * @param timeoutSeconds how long the whole machine may run
 */
record Definition(String startAt, Map<String, State> states, @Nullable Integer timeoutSeconds) {
    Definition {
        states = Map.copyOf(states);
    }

    State state(String name) {
        State state = states.get(name);
        if (state == null) {
            throw new IllegalStateException("the definition was read, so it has a state '" + name + "'");
        }
        return state;
    }
}
