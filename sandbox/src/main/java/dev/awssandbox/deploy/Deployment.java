package dev.awssandbox.deploy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a deployment made.
 *
 * @param outputs of each stack, by name
 * @param physicalIds of each stack's resources (what {@code Ref} gives), by logical id
 */
public record Deployment(Map<String, Map<String, String>> outputs, Map<String, Map<String, String>> physicalIds) {
    public Deployment {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        physicalIds = Collections.unmodifiableMap(new LinkedHashMap<>(physicalIds));
    }
}
