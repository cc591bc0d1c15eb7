package dev.awssandbox.wire;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request, read whole.
 *
 * @param path still percent-encoded
 * @param query the query string, still percent-encoded, empty if there is none
 * @param headers by name in lower case
 * @param body as text: every protocol spoken here is UTF-8
 */
record Request(String method, String path, String query, Map<String, String> headers, String body) {
    @Nullable
    String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** The parameters of the query string, decoded, in their order. */
    Map<String, String> queryParameters() {
        return form(query);
    }

    /** The fields of an {@code application/x-www-form-urlencoded} text, decoded, in their order. */
    static Map<String, String> form(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : text.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                fields.put(decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return fields;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
