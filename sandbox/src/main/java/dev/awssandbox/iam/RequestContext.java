package dev.awssandbox.iam;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The condition keys of a request and their values. Keys are compared without regard to case. */
final class RequestContext {
    private final Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** Each map's keys take precedence over those of the maps before it. */
    @SafeVarargs
    static RequestContext of(Map<String, List<String>>... layers) {
        RequestContext context = new RequestContext();
        for (Map<String, List<String>> layer : layers) {
            context.values.putAll(layer);
        }
        return context;
    }

    private RequestContext() {}

    /** A key's values; none where the request does not have the key. */
    List<String> get(String key) {
        return values.getOrDefault(key, List.of());
    }
}
