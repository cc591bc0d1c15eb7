package dev.amishare.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import software.amazon.awscdk.AppProps;

/**
 * What the app synthesizes, as JSON. The CDK's kernel takes seconds to start, so the usual settings are synthesized once for all tests,
 * and never changed.
 */
final class Synthesized {
    static final Path ROOT = Path.of("..");
    static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, Object> USUAL = Map.of(
            "account", "111111111111",
            "region", "us-east-1",
            "boundary", "any",
            "anyBoundaryIsIntended", "true",
            // As the CDK's command line sets it.
            "aws:cdk:enable-path-metadata", true);

    private final Path directory;

    private Synthesized(Path directory) {
        this.directory = directory;
    }

    /** What stands for itself wherever a template is deployed. */
    private static final Map<String, String> PSEUDO_PARAMETERS =
            Map.of("AWS::Partition", "aws", "AWS::URLSuffix", "amazonaws.com", "AWS::AccountId", "222222222222");

    /** With the boundary {@code any}, for the source account of the sandbox. */
    static Synthesized usual() {
        return Usual.ASSEMBLY;
    }

    /** With context values that differ from the usual ones; an empty one is left out. */
    static Synthesized with(Map<String, String> context) {
        return with(context, Map.of());
    }

    /** The same, as the CDK's command line starts it where somebody is signed in. */
    static Synthesized with(Map<String, String> context, Map<String, String> environment) {
        Map<String, Object> values = new HashMap<>(USUAL);
        values.putAll(context);
        values.values().removeIf(""::equals);
        try {
            Path work = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "synthesized");
            return new Synthesized(Path.of(App.synthesize(
                            AppProps.builder()
                                    .analyticsReporting(false)
                                    .outdir(work.resolve("cdk.out")
                                            .toAbsolutePath()
                                            .toString())
                                    .context(values)
                                    .build(),
                            rootWithAJar(work),
                            environment)
                    .getDirectory()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The templates hold but a hash of the jar, so these tests do not wait for the real one. */
    private static Path rootWithAJar(Path work) throws IOException {
        Path jar = work.resolve("functions/target/functions.jar");
        Files.createDirectories(jar.getParent());
        Files.writeString(jar, "stands in for the functions");
        Path definitions = Files.createDirectories(work.resolve("statemachine"));
        for (String name : List.of("share-ami.asl.json", "sweep-claims.asl.json")) {
            Files.copy(ROOT.resolve("statemachine").resolve(name), definitions.resolve(name));
        }
        return work;
    }

    /** The names of all stacks. */
    List<String> stacks() {
        return read("manifest.json").path("artifacts").properties().stream()
                .filter(artifact -> artifact.getValue().path("type").asText().equals("aws:cloudformation:stack"))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Where a stack says that it goes. */
    String environment(String stack) {
        return read("manifest.json")
                .path("artifacts")
                .path(stack)
                .path("environment")
                .asText();
    }

    JsonNode template(String stack) {
        return read(stack + ".template.json");
    }

    /** What the stack's constructs were told while synthesizing: errors, warnings. */
    List<String> messages(String stack) {
        List<String> messages = new ArrayList<>();
        read(stack + ".metadata.json").findParents("type").stream()
                .filter(entry -> entry.path("type").asText().matches("aws:cdk:(error|warning)"))
                .forEach(entry -> messages.add(entry.path("data").asText()));
        return messages;
    }

    String file(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The resources of a type, by logical id. */
    Map<String, JsonNode> resources(String stack, String type) {
        Map<String, JsonNode> found = new HashMap<>();
        template(stack).path("Resources").properties().forEach(resource -> {
            if (resource.getValue().path("Type").asText().equals(type)) {
                found.put(resource.getKey(), resource.getValue());
            }
        });
        return found;
    }

    /** The properties of the one resource of that type at a construct path. */
    JsonNode properties(String stack, String type, String path) {
        return resources(stack, type).values().stream()
                .filter(resource ->
                        resource.path("Metadata").path("aws:cdk:path").asText().equals(stack + "/" + path))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type + " at " + path))
                .path("Properties");
    }

    /** The same with its partition, its account and what is joined filled in; of what a deployment makes, the logical id in brackets. */
    static JsonNode resolved(JsonNode node) {
        if (node.isArray()) {
            ArrayNode items = JSON.createArrayNode();
            node.forEach(item -> items.add(resolved(item)));
            return items;
        }
        if (!node.isObject()) {
            return node;
        }
        if (node.has("Fn::Join")) {
            return TextNode.valueOf(
                    String.join(node.at("/Fn::Join/0").asText(), texts(resolved(node.at("/Fn::Join/1")))));
        }
        if (node.has("Ref")) {
            String name = node.path("Ref").asText();
            return TextNode.valueOf(PSEUDO_PARAMETERS.getOrDefault(name, "<" + name + ">"));
        }
        if (node.has("Fn::GetAtt")) {
            return TextNode.valueOf("<" + node.at("/Fn::GetAtt/0").asText() + ">");
        }
        ObjectNode object = JSON.createObjectNode();
        node.properties().forEach(field -> object.set(field.getKey(), resolved(field.getValue())));
        return object;
    }

    static List<String> texts(JsonNode node) {
        if (!node.isArray()) {
            return List.of(node.asText());
        }
        return StreamSupport.stream(node.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private JsonNode read(String name) {
        try {
            return JSON.readTree(directory.resolve(name).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Made when first asked for. */
    private static final class Usual {
        static final Synthesized ASSEMBLY = with(Map.of());
    }
}
