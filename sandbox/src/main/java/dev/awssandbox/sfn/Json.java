package dev.awssandbox.sfn;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/** JSON as executions carry it. Nodes are never changed once made, so states may share them. */
final class Json {
    static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** What a state may take in or give out, in bytes of UTF-8. */
    private static final int PAYLOAD_LIMIT = 262_144;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static JsonNode parse(String text) throws JsonProcessingException {
        JsonNode node = MAPPER.readTree(text);
        if (node.isMissingNode()) {
            throw new JsonParseFailure();
        }
        return node;
    }

    static String write(JsonNode node) {
        return node.toString();
    }

    static boolean exceedsLimit(JsonNode node) {
        return exceedsLimit(write(node));
    }

    static boolean exceedsLimit(String text) {
        return text.length() > PAYLOAD_LIMIT
                || (text.length() * 3L > PAYLOAD_LIMIT && text.getBytes(StandardCharsets.UTF_8).length > PAYLOAD_LIMIT);
    }

    /** {@code object} with one field set; the original stays as it is. */
    static ObjectNode with(ObjectNode object, String field, JsonNode value) {
        ObjectNode copy = NODES.objectNode();
        copy.setAll(object);
        copy.set(field, value);
        return copy;
    }

    /** Equal as the language sees it: 1 and 1.0 are the same number. */
    static boolean same(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue()) == 0;
        }
        if ((one.isArray() && other.isArray()) || (one.isObject() && other.isObject())) {
            if (one.size() != other.size()) {
                return false;
            }
            if (one.isObject()) {
                return one.properties().stream()
                        .allMatch(field ->
                                other.has(field.getKey()) && same(field.getValue(), other.get(field.getKey())));
            }
            Iterator<JsonNode> others = other.elements();
            for (JsonNode element : one) {
                if (!same(element, others.next())) {
                    return false;
                }
            }
            return true;
        }
        return one.equals(other);
    }

    private static final class JsonParseFailure extends JsonProcessingException {
        private JsonParseFailure() {
            super("no JSON value");
        }
    }
}
