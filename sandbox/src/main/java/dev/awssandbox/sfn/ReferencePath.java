package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A path to one place, where ResultPath puts a result; what is missing on the way is made. */
final class ReferencePath {
    static final ReferencePath ROOT = new ReferencePath("$", List.of());

    private static final Pattern STEP = Pattern.compile("\\.([\\w\\-]+)|\\['([^']+)']|\\[(\\d+)]");

    private final String text;
    private final List<String> steps;

    private ReferencePath(String text, List<String> steps) {
        this.text = text;
        this.steps = List.copyOf(steps);
    }

    /**
     * Reads a path.
     *
     * @throws IllegalArgumentException saying what is not understood
     */
    static ReferencePath parse(String text) {
        List<String> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(text);
        int at = 1;
        while (at < text.length() && matcher.find(at) && matcher.start() == at) {
            String field = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            steps.add(field != null ? field : matcher.group(3));
            at = matcher.end();
        }
        if (!text.startsWith("$") || at != text.length()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a reference path to one place in the state's input");
        }
        return new ReferencePath(text, steps);
    }

    /** {@code input} with {@code value} in this place. */
    JsonNode put(JsonNode input, JsonNode value) {
        return put(input, 0, value, input);
    }

    private JsonNode put(JsonNode here, int step, JsonNode value, JsonNode input) {
        if (step == steps.size()) {
            return value;
        }
        String name = steps.get(step);
        if (here instanceof ObjectNode object) {
            JsonNode inner = object.has(name) ? object.get(name) : Json.NODES.objectNode();
            return Json.with(object, name, put(inner, step + 1, value, input));
        }
        if (here instanceof ArrayNode array && name.matches("\\d{1,9}") && Integer.parseInt(name) < array.size()) {
            int index = Integer.parseInt(name);
            ArrayNode copy = Json.NODES.arrayNode().addAll(array);
            copy.set(index, put(array.get(index), step + 1, value, input));
            return copy;
        }
        throw new StatesError(
                StatesError.RESULT_PATH_MATCH_FAILURE,
                "Unable to apply ReferencePath " + text + " to input " + Json.write(input));
    }
}
