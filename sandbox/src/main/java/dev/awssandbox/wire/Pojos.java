package dev.awssandbox.wire;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.utils.builder.Buildable;

/** The SDK's generated classes, which describe themselves. */
final class Pojos {
    private Pojos() {}

    /** An empty builder of a member that is a structure. */
    static SdkPojo builderOf(SdkField<?> field) {
        return field.constructor().get();
    }

    /** What a filled builder builds. */
    static SdkPojo build(SdkPojo builder) {
        return (SdkPojo) ((Buildable) builder).build();
    }

    /** The members by the name that a request writes. */
    static Map<String, SdkField<?>> byLocationName(SdkPojo pojo) {
        return pojo.sdkFields().stream().collect(Collectors.toMap(SdkField::locationName, Function.identity()));
    }

    /** A member's value; null where nobody set it. A list that was set and is empty is not null: it is written, as AWS does. */
    static @Nullable Object valueOf(SdkField<?> field, SdkPojo pojo) {
        Object value = field.getValueOrDefault(pojo);
        return value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap ? null : value;
    }
}
