package dev.awssandbox.lambda;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The payload of an invocation that failed, as Lambda writes it. */
final class ErrorDocument {
    private static final int DEEPEST_CAUSE = 10;

    private ErrorDocument() {}

    /** A handler threw. */
    static byte[] of(Throwable thrown) {
        return bytes(describe(thrown, 0));
    }

    /** The time was up. */
    static byte[] timedOut(String requestId, Duration timeout) {
        String seconds = String.format(Locale.ROOT, "%.2f", timeout.toMillis() / 1000.0);
        return bytes(error(
                "Sandbox.Timedout",
                "RequestId: " + requestId + " Error: Task timed out after " + seconds + " seconds"));
    }

    /** The process went away: Lambda cannot say of what, so there is no type. */
    static byte[] exited(String requestId) {
        return bytes(error(null, "RequestId: " + requestId + " Process exited before completing request"));
    }

    /** The handler wrote more than a response may hold. */
    static byte[] responseTooLarge(int limit) {
        return bytes(error(
                "Function.ResponseSizeTooLarge",
                "Response payload size exceeded maximum allowed payload size (" + limit + " bytes)."));
    }

    private static ObjectNode describe(Throwable thrown, int depth) {
        ObjectNode document = error(thrown.getClass().getName(), thrown.getMessage());
        ArrayNode frames = document.putArray("stackTrace");
        for (StackTraceElement frame : thrown.getStackTrace()) {
            frames.add(frame.toString());
            if (frame.getMethodName().equals("handleRequest")) {
                break;
            }
        }
        Throwable cause = thrown.getCause();
        if (cause != null && depth < DEEPEST_CAUSE) {
            document.set("cause", describe(cause, depth + 1));
        }
        return document;
    }

    private static ObjectNode error(@Nullable String type, @Nullable String message) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("errorMessage", message);
        if (type != null) {
            document.put("errorType", type);
        }
        return document;
    }

    private static byte[] bytes(ObjectNode document) {
        return document.toString().getBytes(StandardCharsets.UTF_8);
    }
}
