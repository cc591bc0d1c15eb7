package dev.awssandbox.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory as {@code cdk synth} writes it, of templates that stand beside the assertions about them. */
final class Assembly {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final ObjectNode artifacts = JSON.createObjectNode();

    Assembly(Path directory) {
        this.directory = directory;
    }

    Assembly stack(String name, String environment, String template, String... dependencies) {
        write(name + ".template.json", template);
        ObjectNode artifact = artifacts.putObject(name);
        artifact.put("type", "aws:cloudformation:stack").put("environment", environment);
        artifact.putObject("properties").put("templateFile", name + ".template.json");
        ArrayNode on = artifact.putArray("dependencies").add(name + ".assets");
        for (String dependency : dependencies) {
            on.add(dependency);
        }
        return this;
    }

    /** Adds a file that the template of {@code stack} names by the key {@code KEY.jar}. */
    Assembly asset(String stack, String key, String content) {
        write("asset." + key + ".jar", content);
        write(
                stack + ".assets.json",
                """
                {"files": {"KEY": {"source": {"path": "asset.KEY.jar", "packaging": "file"},
                  "destinations": {"here": {"bucketName": "assets", "objectKey": "KEY.jar"}}}}}"""
                        .replace("KEY", key));
        ObjectNode artifact = artifacts.putObject(stack + ".assets");
        artifact.put("type", "cdk:asset-manifest");
        artifact.putObject("properties").put("file", stack + ".assets.json");
        return this;
    }

    Path written() {
        ObjectNode manifest = JSON.createObjectNode().put("version", "54.0.0");
        manifest.set("artifacts", artifacts);
        write("manifest.json", manifest.toString());
        return directory;
    }

    private void write(String file, String content) {
        try {
            Files.writeString(directory.resolve(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
