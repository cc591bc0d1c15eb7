package dev.awssandbox.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer.
 *
 * @param error the error's code as the call log names it, null after success
 */
record Answer(int status, Map<String, String> headers, String body, @Nullable String error) {
    static Answer success(int status, Map<String, String> headers, String body) {
        return new Answer(status, headers, body, null);
    }
}
