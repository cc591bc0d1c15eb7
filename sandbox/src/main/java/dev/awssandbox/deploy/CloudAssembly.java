package dev.awssandbox.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code cdk synth} wrote: stacks, each after those it depends on. Read once, it can be deployed on many clouds.
 *
 * <p>A stack without an environment goes wherever somebody is signed in who deploys it. Who does so is said in a file {@code
 * environments.json} beside the manifest: {@code {"Stack": ["aws://222222222222/us-east-1", ...]}}, the same template into each.
 */
public final class CloudAssembly {
    private static final String ENVIRONMENTS = "environments.json";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ENVIRONMENT = Pattern.compile("aws://(\\d{12})/([a-z0-9-]+)");

    private final List<Stack> stacks;

    private CloudAssembly(List<Stack> stacks) {
        this.stacks = List.copyOf(stacks);
    }

    List<Stack> stacks() {
        return stacks;
    }

    /**
     * A stack.
     *
     * @param assets the files that its template names, by their key in the bucket of the CDK's bootstrap
     */
    record Stack(String name, String account, String region, ObjectNode template, Map<String, Path> assets) {}

    /**
     * Reads a cloud assembly.
     *
     * @param directory where {@code manifest.json} is
     * @throws DeploymentFailed if it is not one, or leaves an account or Region open
     */
    public static CloudAssembly read(Path directory) {
        JsonNode artifacts = json(directory.resolve("manifest.json")).path("artifacts");
        JsonNode environments = Files.exists(directory.resolve(ENVIRONMENTS))
                ? json(directory.resolve(ENVIRONMENTS))
                : MissingNode.getInstance();
        Map<String, List<Stack>> stacks = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> artifact : artifacts.properties()) {
            if (artifact.getValue().path("type").asText().equals("aws:cloudformation:stack")) {
                stacks.put(
                        artifact.getKey(),
                        stacks(directory, artifact.getKey(), artifact.getValue(), artifacts, environments));
            }
        }
        environments.fieldNames().forEachRemaining(name -> {
            if (!stacks.containsKey(name)) {
                throw new DeploymentFailed(ENVIRONMENTS + " names the stack " + name + ", and there is none");
            }
        });
        Map<String, List<Stack>> ordered = new LinkedHashMap<>();
        stacks.keySet().forEach(name -> order(name, stacks, artifacts, ordered));
        return new CloudAssembly(ordered.values().stream().flatMap(List::stream).toList());
    }

    private static void order(
            String name, Map<String, List<Stack>> stacks, JsonNode artifacts, Map<String, List<Stack>> ordered) {
        List<Stack> stack = stacks.get(name);
        if (stack == null || ordered.containsKey(name)) {
            return;
        }
        artifacts.path(name).path("dependencies").forEach(on -> order(on.asText(), stacks, artifacts, ordered));
        ordered.put(name, stack);
    }

    /** One, or one for each place where somebody deploys a template that leaves it open. */
    private static List<Stack> stacks(
            Path directory, String id, JsonNode artifact, JsonNode artifacts, JsonNode environments) {
        List<String> places =
                new ArrayList<>(List.of(artifact.path("environment").asText()));
        if (environments.has(id)) {
            if (ENVIRONMENT.matcher(places.get(0)).matches()) {
                throw new DeploymentFailed(
                        ENVIRONMENTS + " names the stack " + id + ", which says itself where it goes");
            }
            places.clear();
            environments.get(id).forEach(place -> places.add(place.asText()));
        }
        return places.stream()
                .map(place -> stack(directory, id, artifact, artifacts, place))
                .toList();
    }

    private static Stack stack(Path directory, String id, JsonNode artifact, JsonNode artifacts, String place) {
        Matcher environment = ENVIRONMENT.matcher(place);
        if (!environment.matches()) {
            throw new DeploymentFailed("the stack " + id + " leaves its account or Region open (" + place
                    + "): give it an env in the CDK app, or name its environments in " + ENVIRONMENTS);
        }
        JsonNode properties = artifact.path("properties");
        Map<String, Path> assets = new HashMap<>();
        for (JsonNode dependency : artifact.path("dependencies")) {
            JsonNode other = artifacts.path(dependency.asText());
            if (other.path("type").asText().equals("cdk:asset-manifest")) {
                assets.putAll(
                        assets(directory, other.path("properties").path("file").asText()));
            }
        }
        return new Stack(
                properties.path("stackName").asText(id),
                environment.group(1),
                environment.group(2),
                json(directory.resolve(properties.path("templateFile").asText())),
                Map.copyOf(assets));
    }

    private static Map<String, Path> assets(Path directory, String manifest) {
        Map<String, Path> files = new HashMap<>();
        for (JsonNode file : json(directory.resolve(manifest)).path("files")) {
            Path path = directory.resolve(file.path("source").path("path").asText());
            for (JsonNode destination : file.path("destinations")) {
                files.put(destination.path("objectKey").asText(), path);
            }
        }
        return files;
    }

    private static ObjectNode json(Path file) {
        try {
            if (!Files.exists(file)) {
                throw new DeploymentFailed(file + " is not there: run cdk synth first");
            }
            return (ObjectNode) JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new DeploymentFailed("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
