package dev.awssandbox.deploy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a deployment made.
 *
 * @param outputs of each stack, by name; of a stack that went to several places, the others by name and place ({@code Stack in
 *     333333333333, us-east-1})
 * @param ids of each stack's resources, by logical id, in the order in which they were made: what {@code Ref} gives
 */
public record Deployment(Map<String, Map<String, String>> outputs, Map<String, Map<String, String>> ids) {
    public Deployment {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        ids = Collections.unmodifiableMap(new LinkedHashMap<>(ids));
    }

    /** The outputs of one stack. */
    public Map<String, String> outputsOf(String stack) {
        return known(outputs, stack);
    }

    /** The ids of one stack's resources. */
    public Map<String, String> idsOf(String stack) {
        return known(ids, stack);
    }

    /** What {@code Ref} gives for a resource. */
    public String id(String stack, String logicalId) {
        String id = idsOf(stack).get(logicalId);
        if (id == null) {
            throw new IllegalArgumentException("no resource " + logicalId + " was made in " + stack);
        }
        return id;
    }

    private static Map<String, String> known(Map<String, Map<String, String>> stacks, String stack) {
        Map<String, String> found = stacks.get(stack);
        if (found == null) {
            throw new IllegalArgumentException("no stack " + stack + " was deployed, only " + stacks.keySet());
        }
        return found;
    }
}
