package dev.awssandbox.ec2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/** The SDK's records as the JSON that the AWS CLI prints, both ways. */
final class SdkJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private SdkJson() {}

    static ObjectNode write(SdkPojo pojo) {
        ObjectNode node = JSON.objectNode();
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = field.getValueOrDefault(pojo);
            if (value != null && !(value instanceof SdkAutoConstructList)) {
                node.set(name(field), write(value));
            }
        }
        return node;
    }

    static ArrayNode write(List<? extends SdkPojo> pojos) {
        ArrayNode array = JSON.arrayNode();
        pojos.forEach(pojo -> array.add(write(pojo)));
        return array;
    }

    private static JsonNode write(Object value) {
        if (value instanceof SdkPojo pojo) {
            return write(pojo);
        }
        if (value instanceof List<?> list) {
            ArrayNode array = JSON.arrayNode();
            list.forEach(item -> array.add(write(item)));
            return array;
        }
        if (value instanceof Boolean flag) {
            return JSON.booleanNode(flag);
        }
        if (value instanceof Integer number) {
            return JSON.numberNode(number);
        }
        if (value instanceof Long number) {
            return JSON.numberNode(number);
        }
        if (value instanceof Double number) {
            return JSON.numberNode(number);
        }
        return JSON.textNode(value.toString());
    }

    /**
     * Fills {@code builder}. Keys starting with an underscore are not AWS's and are left out.
     *
     * @param where names the record in complaints
     * @throws IllegalArgumentException for a field that the record does not have, or a value of another type
     */
    static void read(JsonNode node, SdkPojo builder, String where) {
        if (!node.isObject()) {
            throw new IllegalArgumentException(where + " must be an object");
        }
        node.properties().forEach(entry -> {
            if (!entry.getKey().startsWith("_") && !entry.getValue().isNull()) {
                String path = where + "." + entry.getKey();
                SdkField<?> field = builder.sdkFields().stream()
                        .filter(candidate -> name(candidate).equals(entry.getKey()))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(path + ": EC2 knows no such field"));
                field.set(builder, read(entry.getValue(), field, path));
            }
        });
    }

    private static Object read(JsonNode value, SdkField<?> field, String path) {
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.SDK_POJO) {
            SdkPojo builder = field.constructor().get();
            read(value, builder, path);
            return ((SdkBuilder<?, ?>) builder).build();
        }
        if (type == MarshallingType.LIST) {
            SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
            List<Object> list = new ArrayList<>();
            if (!value.isArray()) {
                throw new IllegalArgumentException(path + " must be a list");
            }
            value.forEach(item -> list.add(read(item, member, path + "[" + list.size() + "]")));
            return list;
        }
        @Nullable Object simple = simple(value, type);
        if (simple == null) {
            throw new IllegalArgumentException(path + ": not what EC2 has there: " + value);
        }
        return simple;
    }

    private static @Nullable Object simple(JsonNode value, MarshallingType<?> type) {
        if (type == MarshallingType.STRING) {
            return value.isTextual() ? value.textValue() : null;
        }
        if (type == MarshallingType.BOOLEAN) {
            return value.isBoolean() ? value.booleanValue() : null;
        }
        if (type == MarshallingType.INTEGER) {
            return value.canConvertToInt() && value.isIntegralNumber() ? value.intValue() : null;
        }
        if (type == MarshallingType.LONG) {
            return value.isIntegralNumber() ? value.longValue() : null;
        }
        if (type == MarshallingType.INSTANT) {
            return value.isTextual() ? Instant.parse(value.textValue()) : null;
        }
        return null;
    }

    /** The SDK renames one member of the model, since {@code public} is a word of Java. */
    private static String name(SdkField<?> field) {
        return field.memberName().equals("PublicLaunchPermissions") ? "Public" : field.memberName();
    }
}
