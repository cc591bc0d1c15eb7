package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One sentence of the language and what becomes of it: a line of the tables in {@code src/test/resources/asl}. Our interpreter is held
 * to all of them, and moto's engine is asked whether it agrees.
 *
 * @param output what it gives out, or null when it fails
 * @param error as which error it fails; null for an unnamed one
 * @param cause null where the wording is left open
 * @param motoDiffers why moto's engine is no judge here, or null
 * @param motoWords how moto words the same error otherwise, or null
 */
record LanguageCase(
        String table,
        String name,
        String definition,
        JsonNode input,
        @Nullable JsonNode output,
        @Nullable String error,
        @Nullable String cause,
        @Nullable String motoDiffers,
        @Nullable String motoWords) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> TABLES = List.of("paths", "intrinsics", "choices", "errors", "flow");

    static Stream<LanguageCase> all() {
        return TABLES.stream().flatMap(LanguageCase::ofTable);
    }

    private static Stream<LanguageCase> ofTable(String table) {
        try (InputStream file =
                Objects.requireNonNull(LanguageCase.class.getResourceAsStream("/asl/" + table + ".json"))) {
            List<LanguageCase> cases = new ArrayList<>();
            for (JsonNode line : MAPPER.readTree(file)) {
                cases.add(read(table, line));
            }
            return cases.stream();
        } catch (IOException e) {
            throw new IllegalStateException(table, e);
        }
    }

    private static LanguageCase read(String table, JsonNode line) {
        JsonNode states = states(line);
        ObjectNode definition = MAPPER.createObjectNode();
        definition.put("StartAt", states.fieldNames().next());
        definition.set("States", states);
        return new LanguageCase(
                table,
                line.get("case").asText(),
                definition.toString().replace("FUNCTION:", "arn:aws:lambda:us-east-1:111111111111:function:"),
                line.get("input"),
                line.has("holds") ? line.get("holds") : line.get("output"),
                line.path("error").textValue(),
                line.path("cause").textValue(),
                line.path("moto").textValue(),
                line.path("motoWords").textValue());
    }

    /** Functions and rules are tried in the smallest machine that has room for them. */
    private static JsonNode states(JsonNode line) {
        ObjectNode states = MAPPER.createObjectNode();
        if (line.has("intrinsic")) {
            states.putObject("P")
                    .put("Type", "Pass")
                    .put("OutputPath", "$.r")
                    .put("End", true)
                    .putObject("Parameters")
                    .set("r.$", line.get("intrinsic"));
            return states;
        }
        if (line.has("rule")) {
            ObjectNode rule = line.get("rule").deepCopy();
            states.putObject("C")
                    .put("Type", "Choice")
                    .put("Default", "No")
                    .putArray("Choices")
                    .add(rule.put("Next", "Yes"));
            states.putObject("Yes").put("Type", "Pass").put("Result", true).put("End", true);
            states.putObject("No").put("Type", "Pass").put("Result", false).put("End", true);
            return states;
        }
        return line.get("states");
    }

    @Override
    public String toString() {
        return table + ": " + name;
    }
}
