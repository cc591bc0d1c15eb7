package dev.awssandbox.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.deploy.CloudAssembly.Stack;
import dev.awssandbox.deploy.ResourceType.Made;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Deploys synthesized templates, as CloudFormation does: each stack into its account and Region, each resource after those it refers to.
 *
 * <p>What would be ignored is refused instead. Types and properties that the sandbox does not know are found before anything is made, and
 * all are named at once.
 */
public final class Deployer {
    private static final Set<String> SECTIONS = Set.of(
            "AWSTemplateFormatVersion",
            "Description",
            "Metadata",
            "Parameters",
            // Assertions about the parameters: what the CDK writes checks the version of its bootstrap, which the
            // sandbox does not need.
            "Rules",
            "Mappings",
            "Conditions",
            "Resources",
            "Outputs");

    private static final Set<String> RESOURCE_ATTRIBUTES = Set.of(
            "Type",
            "Properties",
            "Condition",
            "DependsOn",
            "Metadata",
            // Stacks are neither updated nor deleted here.
            "DeletionPolicy",
            "UpdateReplacePolicy",
            "UpdatePolicy");

    private final Cloud cloud;
    private final Map<String, ResourceType> types;

    public Deployer(Cloud cloud) {
        this.cloud = cloud;
        this.types = new ResourceTypes(cloud).all();
    }

    /**
     * Deploys every stack of a directory that {@code cdk synth} has written.
     *
     * @throws DeploymentFailed naming everything that the sandbox does not know
     */
    public Deployment deploy(Path cdkOutDirectory) {
        return deploy(CloudAssembly.read(cdkOutDirectory));
    }

    /** As {@link #deploy(Path)}, of what has been read already. */
    public Deployment deploy(CloudAssembly assembly) {
        List<String> unknown = new ArrayList<>();
        assembly.stacks().forEach(stack -> unknown.addAll(unknown(stack)));
        if (!unknown.isEmpty()) {
            throw new DeploymentFailed("the sandbox does not know", unknown);
        }
        return cloud.kernel().locked(() -> {
            Map<String, Map<String, String>> outputs = new LinkedHashMap<>();
            Map<String, Map<String, String>> ids = new LinkedHashMap<>();
            for (Stack stack : assembly.stacks()) {
                Run run = new Run(stack);
                run.make();
                String name = outputs.containsKey(stack.name())
                        ? stack.name() + " in " + stack.account() + ", " + stack.region()
                        : stack.name();
                outputs.put(name, run.outputs());
                ids.put(name, run.ids());
            }
            return new Deployment(outputs, ids);
        });
    }

    private List<String> unknown(Stack stack) {
        List<String> found = new ArrayList<>();
        stack.template().fieldNames().forEachRemaining(section -> {
            if (!SECTIONS.contains(section)) {
                found.add("the section " + section + " in " + stack.name());
            }
        });
        for (Map.Entry<String, JsonNode> resource :
                stack.template().path("Resources").properties()) {
            String name = resource.getValue().path("Type").asText();
            String where = stack.name() + "/" + resource.getKey();
            resource.getValue().fieldNames().forEachRemaining(attribute -> {
                if (!RESOURCE_ATTRIBUTES.contains(attribute)) {
                    found.add("the attribute " + attribute + " (" + where + ")");
                }
            });
            ResourceType type = types.get(name);
            if (type == null) {
                found.add("the resource type " + name + " (" + where + ")");
            } else if (type.maker() != null) {
                resource.getValue().path("Properties").fieldNames().forEachRemaining(property -> {
                    if (!type.used().contains(property) && !type.withoutEffect().containsKey(property)) {
                        found.add("the property " + property + " of " + name + " (" + where + ")");
                    }
                });
            }
        }
        return found;
    }

    /** One stack as it is being made. */
    private final class Run {
        private final Stack stack;
        private final JsonNode resources;
        private final Intrinsics intrinsics;
        private final Map<String, Made> made = new LinkedHashMap<>();

        private Run(Stack stack) {
            this.stack = stack;
            this.resources = stack.template().path("Resources");
            this.intrinsics = new Intrinsics(stack, this::parameter, this::attribute);
        }

        private void make() {
            inOrder().forEach(this::make);
        }

        private void make(String id) {
            JsonNode resource = resources.path(id);
            ResourceType type = types.get(resource.path("Type").asText());
            boolean wanted = !resource.has("Condition")
                    || intrinsics.holds(resource.path("Condition").asText());
            if (type == null || !wanted) {
                return;
            }
            try {
                made.put(
                        id,
                        type.maker() == null
                                ? new Made(id, Map.of())
                                : type.maker()
                                        .make(new Resource(
                                                stack, id, intrinsics.resolve(resource.path("Properties")))));
            } catch (SdkException | IllegalArgumentException e) {
                throw new DeploymentFailed(
                        "cannot make " + stack.name() + "/" + id + " (" + type.name() + "): " + e.getMessage(), e);
            }
        }

        /** A resource comes after all that it refers to or says it depends on; otherwise as the template has them. */
        private List<String> inOrder() {
            Set<String> done = new LinkedHashSet<>();
            for (Map.Entry<String, JsonNode> resource : resources.properties()) {
                visit(resource.getKey(), new LinkedHashSet<>(), done);
            }
            return List.copyOf(done);
        }

        private void visit(String id, Set<String> path, Set<String> done) {
            if (done.contains(id)) {
                return;
            }
            if (!path.add(id)) {
                throw new DeploymentFailed("circular dependency in " + stack.name() + ": " + path);
            }
            JsonNode resource = resources.path(id);
            Set<String> before = Intrinsics.references(stack, resource.path("Properties"));
            JsonNode dependsOn = resource.path("DependsOn");
            if (dependsOn.isTextual()) {
                before.add(dependsOn.asText());
            }
            dependsOn.forEach(other -> before.add(other.asText()));
            before.forEach(other -> visit(other, path, done));
            path.remove(id);
            done.add(id);
        }

        private JsonNode attribute(String id, @Nullable String attribute) {
            Made resource = made.get(id);
            if (resource == null) {
                throw new DeploymentFailed("there is no resource " + id + " in " + stack.name());
            }
            String value =
                    attribute == null ? resource.ref() : resource.attributes().get(attribute);
            if (value == null) {
                throw new DeploymentFailed("the sandbox does not know the attribute " + attribute + " of " + id + " ("
                        + resources.path(id).path("Type").asText() + ")");
            }
            return TextNode.valueOf(value);
        }

        private JsonNode parameter(String name) {
            JsonNode declared = stack.template().path("Parameters").path(name);
            JsonNode value = declared.path("Default");
            if (value.isMissingNode()) {
                throw new DeploymentFailed("the parameter " + name + " of " + stack.name() + " has no default");
            }
            if (!declared.path("Type").asText().startsWith("AWS::SSM::Parameter::Value<")) {
                return value;
            }
            return TextNode.valueOf(cloud.ssm()
                    .client(Caller.administrator(stack.account()), stack.region())
                    .getParameter(p -> p.name(value.asText()))
                    .parameter()
                    .value());
        }

        private Map<String, String> outputs() {
            Map<String, String> outputs = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> output :
                    stack.template().path("Outputs").properties()) {
                JsonNode definition = output.getValue();
                if (!definition.has("Condition")
                        || intrinsics.holds(definition.path("Condition").asText())) {
                    outputs.put(
                            output.getKey(),
                            intrinsics.resolve(definition.path("Value")).asText());
                }
            }
            return outputs;
        }

        private Map<String, String> ids() {
            return made.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().ref(), (a, b) -> a, LinkedHashMap::new));
        }
    }
}
