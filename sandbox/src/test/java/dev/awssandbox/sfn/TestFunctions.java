package dev.awssandbox.sfn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.lambda.InvocationResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The functions that test definitions call, by name. Each answers by what its payload says; they remember how often they were called. */
final class TestFunctions {
    private final Map<String, Integer> calls = new HashMap<>();

    /** An answer, and how long the function takes for it. */
    record Answer(InvocationResult result, Duration after) {}

    /**
     * Calls a function.
     *
     * @param function its name or ARN
     */
    Answer call(String function, byte[] payload) {
        String name = function.replaceFirst(".*:function:", "").replaceFirst(":.*", "");
        JsonNode input = read(new String(payload, StandardCharsets.UTF_8));
        int earlier = calls.merge(name, 1, Integer::sum) - 1;
        return switch (name) {
            case "Echo" -> succeed(input);
            case "Fail" -> fail(input);
            case "FailFirst" -> earlier < input.path("times").asInt() ? fail(input) : succeed(input);
            case "Crash" -> crash();
            case "Nothing" -> succeed(Json.NODES.nullNode());
            case "Garbage" -> new Answer(new InvocationResult(bytes("no JSON"), null, ""), Duration.ofMillis(1));
            case "Large" ->
                succeed(Json.NODES.textNode("x".repeat(input.path("characters").asInt())));
            case "Slow" ->
                new Answer(
                        succeed(input).result,
                        Duration.ofSeconds(input.path("seconds").asInt()));
            default -> throw new IllegalArgumentException("no test function " + name);
        };
    }

    private static Answer succeed(JsonNode output) {
        return new Answer(new InvocationResult(bytes(Json.write(output)), null, ""), Duration.ofMillis(1));
    }

    private static Answer fail(JsonNode input) {
        ObjectNode error = Json.NODES
                .objectNode()
                .put("errorMessage", input.path("message").asText("it failed"))
                .put("errorType", input.path("error").asText("TestError"));
        return new Answer(new InvocationResult(bytes(Json.write(error)), "Unhandled", ""), Duration.ofMillis(1));
    }

    private static Answer crash() {
        ObjectNode error = Json.NODES.objectNode().put("errorMessage", "RequestId: 1 Error: Runtime exited");
        return new Answer(new InvocationResult(bytes(Json.write(error)), "Unhandled", ""), Duration.ofMillis(1));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode read(String text) {
        try {
            return Json.parse(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
