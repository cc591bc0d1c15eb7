package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A payload template (Parameters, ResultSelector, ItemSelector): JSON in which fields named {@code ….$} are expressions. */
final class Template {
    private final Function<Scope, JsonNode> body;

    private Template(Function<Scope, JsonNode> body) {
        this.body = body;
    }

    /**
     * Reads a template.
     *
     * @param faults gets a line, with the place, for each expression that is not understood
     */
    static Template parse(JsonNode node, String place, List<String> faults) {
        return new Template(compile(node, place, faults));
    }

    JsonNode evaluate(Scope scope) {
        return body.apply(scope);
    }

    private static Function<Scope, JsonNode> compile(JsonNode node, String place, List<String> faults) {
        if (node instanceof ObjectNode object) {
            Map<String, Function<Scope, JsonNode>> fields = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                String name = field.getKey();
                String there = place + "/" + name;
                if (!name.endsWith(".$")) {
                    fields.put(name, compile(field.getValue(), there, faults));
                } else if (!field.getValue().isTextual()) {
                    faults.add("The value for the field '" + name + "' must be a path or an intrinsic function at "
                            + there);
                } else if (fields.put(
                                name.substring(0, name.length() - 2),
                                expression(name, field.getValue().textValue(), there, faults))
                        != null) {
                    faults.add("The field '" + name + "' is there twice at " + there);
                }
            }
            return scope -> {
                ObjectNode result = Json.NODES.objectNode();
                fields.forEach((name, value) -> result.set(name, value.apply(scope)));
                return result;
            };
        }
        if (node instanceof ArrayNode array) {
            List<Function<Scope, JsonNode>> elements = new ArrayList<>();
            for (JsonNode element : array) {
                elements.add(compile(element, place + "[" + elements.size() + "]", faults));
            }
            return scope -> {
                ArrayNode result = Json.NODES.arrayNode();
                elements.forEach(element -> result.add(element.apply(scope)));
                return result;
            };
        }
        return scope -> node;
    }

    private static Function<Scope, JsonNode> expression(String field, String text, String place, List<String> faults) {
        try {
            Expression expression = Expression.parse(text);
            return scope -> {
                try {
                    return expression.evaluate(scope);
                } catch (Path.NotFound e) {
                    throw e.inField(field);
                }
            };
        } catch (IllegalArgumentException e) {
            faults.add("The value for the field '" + field + "': " + e.getMessage() + " at " + place);
            return scope -> Json.NODES.nullNode();
        }
    }
}
