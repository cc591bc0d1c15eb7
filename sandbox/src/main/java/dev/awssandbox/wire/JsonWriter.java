package dev.awssandbox.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/** Writes responses as JSON; times are seconds since 1970 with decimals. */
final class JsonWriter {
    private final JsonNodeFactory nodes = JsonNodeFactory.instance;

    /** All members that are set. */
    ObjectNode members(SdkPojo pojo) {
        ObjectNode object = nodes.objectNode();
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = Pojos.valueOf(field, pojo);
            if (value != null) {
                object.set(field.locationName(), value(field, value));
            }
        }
        return object;
    }

    private JsonNode value(SdkField<?> field, Object value) {
        return switch (field.marshallingType().getKnownType()) {
            case SDK_POJO -> members((SdkPojo) value);
            case LIST -> list(field.getRequiredTrait(ListTrait.class), (List<?>) value);
            case MAP -> map(field.getRequiredTrait(MapTrait.class), (Map<?, ?>) value);
            case INSTANT -> instant(field, (Instant) value);
            default -> scalar(value);
        };
    }

    private ArrayNode list(ListTrait trait, List<?> values) {
        ArrayNode array = nodes.arrayNode();
        values.forEach(value -> array.add(value(trait.memberFieldInfo(), value)));
        return array;
    }

    private ObjectNode map(MapTrait trait, Map<?, ?> values) {
        ObjectNode object = nodes.objectNode();
        values.forEach((key, value) -> object.set(key.toString(), value(trait.valueFieldInfo(), value)));
        return object;
    }

    private JsonNode instant(SdkField<?> field, Instant value) {
        return Scalar.isIso8601(field)
                ? nodes.textNode(DateTimeFormatter.ISO_INSTANT.format(value))
                : nodes.numberNode(value.toEpochMilli() / 1000.0);
    }

    private JsonNode scalar(Object value) {
        if (value instanceof Boolean bool) {
            return nodes.booleanNode(bool);
        }
        if (value instanceof SdkBytes || value instanceof String) {
            return nodes.textNode(Scalar.write(value, DateTimeFormatter.ISO_INSTANT));
        }
        if (value instanceof Float || value instanceof Double) {
            return nodes.numberNode(((Number) value).doubleValue());
        }
        return value instanceof BigDecimal number
                ? nodes.numberNode(number)
                : nodes.numberNode(((Number) value).longValue());
    }
}
