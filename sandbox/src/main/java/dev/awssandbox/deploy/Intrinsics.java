package dev.awssandbox.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** CloudFormation's intrinsic functions, in one template whose resources are made one after the other. */
final class Intrinsics {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}!][^}]*)}");
    private static final Pattern LITERAL = Pattern.compile("\\$\\{!([^}]*)}");

    private final CloudAssembly.Stack stack;
    private final Parameters parameters;
    private final Attributes attributes;

    Intrinsics(CloudAssembly.Stack stack, Parameters parameters, Attributes attributes) {
        this.stack = stack;
        this.parameters = parameters;
        this.attributes = attributes;
    }

    /** The value of a template's parameter. */
    @FunctionalInterface
    interface Parameters {
        JsonNode value(String name);
    }

    /** What is known of a resource that has been made. */
    @FunctionalInterface
    interface Attributes {
        /**
         * An attribute of a resource.
         *
         * @param attribute its name, or null for what {@code Ref} gives
         */
        JsonNode value(String logicalId, @Nullable String attribute);
    }

    /** {@code node} with all functions replaced by their values; a missing node where that is {@code AWS::NoValue}. */
    JsonNode resolve(JsonNode node) {
        if (node instanceof ArrayNode array) {
            ArrayNode resolved = JsonNodeFactory.instance.arrayNode();
            for (JsonNode item : array) {
                JsonNode value = resolve(item);
                if (!value.isMissingNode()) {
                    resolved.add(value);
                }
            }
            return resolved;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        String function = functionOf(object);
        if (function != null) {
            return call(function, object.get(function));
        }
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonNode value = resolve(field.getValue());
            if (!value.isMissingNode()) {
                resolved.set(field.getKey(), value);
            }
        }
        return resolved;
    }

    /** Whether a condition of the template holds. */
    boolean holds(String condition) {
        JsonNode definition = stack.template().path("Conditions").path(condition);
        if (definition.isMissingNode()) {
            throw new DeploymentFailed("there is no condition " + condition);
        }
        return resolve(definition).asBoolean();
    }

    /** The resources of {@code stack} that {@code node} refers to. */
    static Set<String> references(CloudAssembly.Stack stack, JsonNode node) {
        Set<String> found = new LinkedHashSet<>();
        collect(node, found);
        found.removeIf(name -> !stack.template().path("Resources").has(name));
        return found;
    }

    private static void collect(JsonNode node, Set<String> found) {
        if (node instanceof ObjectNode object) {
            String function = functionOf(object);
            JsonNode argument = function == null ? MissingNode.getInstance() : object.get(function);
            switch (function == null ? "" : function) {
                case "Ref" -> found.add(argument.asText());
                case "Fn::GetAtt" -> found.add(getAtt(argument).get(0));
                case "Fn::Sub" -> {
                    Matcher names = PLACEHOLDER.matcher(
                            argument.isArray() ? argument.path(0).asText() : argument.asText());
                    while (names.find()) {
                        found.add(names.group(1).split("\\.", 2)[0]);
                    }
                }
                default -> {}
            }
        }
        node.forEach(child -> collect(child, found));
    }

    private static @Nullable String functionOf(ObjectNode object) {
        if (object.size() != 1) {
            return null;
        }
        String name = object.fieldNames().next();
        return name.equals("Ref")
                        || name.startsWith("Fn::")
                        || (name.equals("Condition") && object.get(name).isTextual())
                ? name
                : null;
    }

    private JsonNode call(String function, JsonNode argument) {
        return switch (function) {
            case "Ref" -> ref(argument.asText());
            case "Condition" -> BooleanNode.valueOf(holds(argument.asText()));
            case "Fn::GetAtt" -> {
                List<String> path = getAtt(argument);
                yield attributes.value(path.get(0), path.get(1));
            }
            case "Fn::Join" ->
                text(texts(resolve(argument.path(1))).stream()
                        .collect(Collectors.joining(argument.path(0).asText())));
            case "Fn::Sub" -> substitute(argument);
            case "Fn::Select" ->
                resolve(argument.path(1)).path(resolve(argument.path(0)).asInt());
            case "Fn::Split" -> {
                ArrayNode parts = JsonNodeFactory.instance.arrayNode();
                String separator = Pattern.quote(argument.path(0).asText());
                for (String part : resolve(argument.path(1)).asText().split(separator, -1)) {
                    parts.add(part);
                }
                yield parts;
            }
            case "Fn::FindInMap" ->
                stack.template()
                        .path("Mappings")
                        .path(resolve(argument.path(0)).asText())
                        .path(resolve(argument.path(1)).asText())
                        .path(resolve(argument.path(2)).asText());
            case "Fn::If" -> resolve(argument.path(holds(argument.path(0).asText()) ? 1 : 2));
            case "Fn::Equals" -> BooleanNode.valueOf(resolve(argument.path(0)).equals(resolve(argument.path(1))));
            case "Fn::Not" -> BooleanNode.valueOf(!resolve(argument.path(0)).asBoolean());
            case "Fn::And" -> BooleanNode.valueOf(all(argument).stream().allMatch(JsonNode::asBoolean));
            case "Fn::Or" -> BooleanNode.valueOf(all(argument).stream().anyMatch(JsonNode::asBoolean));
            default -> throw new DeploymentFailed("the sandbox does not know the intrinsic function " + function);
        };
    }

    private List<JsonNode> all(JsonNode conditions) {
        List<JsonNode> values = new ArrayList<>();
        conditions.forEach(condition -> values.add(resolve(condition)));
        return values;
    }

    private JsonNode ref(String name) {
        return switch (name) {
            case "AWS::AccountId" -> text(stack.account());
            case "AWS::Region" -> text(stack.region());
            case "AWS::Partition" -> text("aws");
            case "AWS::URLSuffix" -> text("amazonaws.com");
            case "AWS::StackName" -> text(stack.name());
            case "AWS::StackId" ->
                text("arn:aws:cloudformation:" + stack.region() + ":" + stack.account() + ":stack/" + stack.name()
                        + "/00000000-0000-0000-0000-000000000000");
            case "AWS::NoValue" -> MissingNode.getInstance();
            default ->
                stack.template().path("Parameters").has(name) ? parameters.value(name) : attributes.value(name, null);
        };
    }

    private JsonNode substitute(JsonNode argument) {
        JsonNode own = argument.isArray() ? argument.path(1) : MissingNode.getInstance();
        String template = argument.isArray() ? argument.path(0).asText() : argument.asText();
        String replaced = PLACEHOLDER.matcher(template).replaceAll(match -> {
            String name = match.group(1);
            JsonNode value;
            if (own.has(name)) {
                value = resolve(own.get(name));
            } else if (name.contains(".")) {
                List<String> path = getAtt(text(name));
                value = attributes.value(path.get(0), path.get(1));
            } else {
                value = ref(name);
            }
            return Matcher.quoteReplacement(value.asText());
        });
        return text(LITERAL.matcher(replaced).replaceAll("\\${$1}"));
    }

    private static List<String> getAtt(JsonNode argument) {
        return argument.isArray()
                ? List.of(argument.path(0).asText(), argument.path(1).asText())
                : List.of(argument.asText().split("\\.", 2));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    private static TextNode text(String text) {
        return TextNode.valueOf(text);
    }
}
