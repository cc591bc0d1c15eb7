package dev.awssandbox.lambda;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How an invocation ended.
 *
 * @param payload what the handler wrote, or the error as Lambda writes it: {@code errorMessage}, {@code errorType}, {@code stackTrace}. An
 *     error without an {@code errorType} is what Step Functions calls {@code Lambda.Unknown}
 * @param functionError {@code Unhandled}, or null when the handler returned
 * @param logTail the last lines that this invocation logged
 */
@SuppressWarnings("ArrayRecordComponent") // a payload is opaque bytes; results are never compared
public record InvocationResult(byte[] payload, @Nullable String functionError, String logTail) {
    /** The payload as text. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }
}
