package dev.awssandbox.deploy;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A type of resource that can be deployed.
 *
 * @param used the properties that take effect
 * @param withoutEffect the properties that do not, each with the reason why that is right here
 * @param maker makes it; null, if the resource has nothing to make here
 * @param reason why there is nothing to make
 */
record ResourceType(
        String name,
        Set<String> used,
        Map<String, String> withoutEffect,
        @Nullable Maker maker,
        @Nullable String reason) {

    /** Makes a resource, and says what others may refer to. */
    @FunctionalInterface
    interface Maker {
        Made make(Resource resource);
    }

    /**
     * A resource that has been made.
     *
     * @param ref what {@code Ref} gives
     * @param attributes what {@code Fn::GetAtt} gives
     */
    record Made(String ref, Map<String, String> attributes) {}

    static ResourceType of(String name, Set<String> used, Map<String, String> withoutEffect, Maker maker) {
        return new ResourceType(name, used, withoutEffect, maker, null);
    }

    /** A type whose resources change nothing of what is simulated: all their properties are accepted. */
    static ResourceType nothingToMake(String name, String reason) {
        return new ResourceType(name, Set.of(), Map.of(), null, reason);
    }
}
