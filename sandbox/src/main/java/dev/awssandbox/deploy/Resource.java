package dev.awssandbox.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A resource that is to be made.
 *
 * @param properties with all intrinsic functions resolved
 */
record Resource(CloudAssembly.Stack stack, String logicalId, JsonNode properties) {
    String account() {
        return stack.account();
    }

    String region() {
        return stack.region();
    }

    /** The text of a property. */
    Optional<String> text(String property) {
        return Optional.ofNullable(properties.get(property)).map(JsonNode::asText);
    }

    /** The text of a property that CloudFormation requires. */
    String require(String property) {
        return text(property).orElseThrow(() -> new DeploymentFailed("the property " + property + " is missing"));
    }

    boolean flag(String property) {
        return properties.path(property).asBoolean(false);
    }

    /** The items of a property that is a list. */
    List<JsonNode> items(String property) {
        List<JsonNode> items = new ArrayList<>();
        properties.path(property).forEach(items::add);
        return items;
    }

    /** The name that a property gives, or one that CloudFormation makes up. Ours is the same in every run. */
    String name(String property, int longest) {
        return text(property).orElseGet(() -> madeUp(longest));
    }

    private String madeUp(int longest) {
        String suffix = "-" + hash(stack.name() + "/" + logicalId).substring(0, 12);
        String name = stack.name() + "-" + logicalId;
        return name.substring(0, Math.min(name.length(), longest - suffix.length())) + suffix;
    }

    /** The file that a bucket's key stands for. */
    Path asset(String key) {
        Path file = stack.assets().get(key);
        if (file == null) {
            throw new DeploymentFailed("the assets of " + stack.name() + " have no file for " + key);
        }
        return file;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).toUpperCase(Locale.ROOT);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
