package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** What the two ways of calling a function have of their own: where the function is named, what the history says, what is the result. */
interface Call {
    /** Which function, by name or ARN. */
    String function();

    JsonNode payload(JsonNode input);

    JsonNode result(JsonNode answer);

    /** Records that the function was called. */
    void scheduled(JsonNode input, @Nullable Integer timeoutSeconds);

    void succeeded(JsonNode result);

    void failed(StatesError error);

    void timedOut();
}
