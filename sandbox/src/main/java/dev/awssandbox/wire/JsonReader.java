package dev.awssandbox.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/** Reads the JSON of a request into its builder. What the request does not know is refused by name. */
final class JsonReader {
    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Fills {@code builder}; no text at all is an empty object. */
    void read(String text, SdkPojo builder) {
        if (text.isEmpty()) {
            return;
        }
        JsonNode tree;
        try {
            tree = json.readTree(text);
        } catch (JsonProcessingException e) {
            throw malformed("the request is not JSON: " + e.getOriginalMessage());
        }
        readMembers("", tree, builder);
    }

    private void readMembers(String path, JsonNode tree, SdkPojo builder) {
        if (!tree.isObject()) {
            throw malformed((path.isEmpty() ? "the request" : path) + " is not an object");
        }
        Map<String, SdkField<?>> fields = Pojos.byLocationName(builder);
        for (Map.Entry<String, JsonNode> member : tree.properties()) {
            String memberPath = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
            SdkField<?> field = fields.get(member.getKey());
            if (field == null) {
                throw malformed("unknown parameter " + memberPath);
            }
            if (!member.getValue().isNull()) {
                field.set(builder, readValue(memberPath, member.getValue(), field));
            }
        }
    }

    private Object readValue(String path, JsonNode tree, SdkField<?> field) {
        return switch (field.marshallingType().getKnownType()) {
            case SDK_POJO -> readStructure(path, tree, field);
            case LIST -> readList(path, tree, field.getRequiredTrait(ListTrait.class));
            case MAP -> readMap(path, tree, field.getRequiredTrait(MapTrait.class));
            case INSTANT -> readInstant(path, tree, field);
            default -> readScalar(path, tree, field);
        };
    }

    private SdkPojo readStructure(String path, JsonNode tree, SdkField<?> field) {
        SdkPojo builder = Pojos.builderOf(field);
        readMembers(path, tree, builder);
        return Pojos.build(builder);
    }

    private List<Object> readList(String path, JsonNode tree, ListTrait trait) {
        if (!tree.isArray()) {
            throw malformed(path + " is not a list");
        }
        List<Object> values = new ArrayList<>();
        for (JsonNode element : tree) {
            values.add(readValue(path + "[" + values.size() + "]", element, trait.memberFieldInfo()));
        }
        return values;
    }

    private Map<String, Object> readMap(String path, JsonNode tree, MapTrait trait) {
        if (!tree.isObject()) {
            throw malformed(path + " is not a map");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            String entryPath = path + "[" + entry.getKey() + "]";
            values.put(entry.getKey(), readValue(entryPath, entry.getValue(), trait.valueFieldInfo()));
        }
        return values;
    }

    private static Instant readInstant(String path, JsonNode tree, SdkField<?> field) {
        if (!tree.isNumber()) {
            return (Instant) readScalar(path, tree, field);
        }
        BigDecimal seconds = tree.decimalValue();
        return Instant.ofEpochMilli(seconds.movePointRight(3).longValue());
    }

    private static Object readScalar(String path, JsonNode tree, SdkField<?> field) {
        boolean fits =
                switch (field.marshallingType().getKnownType()) {
                    case STRING, SDK_BYTES, INSTANT -> tree.isTextual();
                    case BOOLEAN -> tree.isBoolean();
                    default -> tree.isNumber();
                };
        try {
            if (fits) {
                return Scalar.parse(field, tree.asText());
            }
        } catch (IllegalArgumentException e) {
            // A number that is too large, or text that is not base64: refused below like a value of another type.
        }
        throw malformed(path + " is not of type "
                + field.marshallingType().getTargetClass().getSimpleName());
    }

    private static Refusal malformed(String message) {
        return new Refusal(400, "SerializationException", message);
    }
}
