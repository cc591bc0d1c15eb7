package dev.awssandbox.organizations.model;

import java.util.function.BiConsumer;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.LocationTrait;

/** Members of requests and answers: their name on the wire, and how they are read and set. */
final class Members {
    private Members() {}

    /** A member that is only ever answered. */
    static <T> SdkField<T> answered(MarshallingType<T> type, String name, Function<Object, T> getter) {
        return member(type, name, getter, (holder, value) -> {
            throw new UnsupportedOperationException(name + " is answered, never asked");
        });
    }

    static <T> SdkField<T> member(
            MarshallingType<T> type, String name, Function<Object, T> getter, BiConsumer<Object, T> setter) {
        return SdkField.<T>builder(type)
                .memberName(name)
                .getter(getter)
                .setter(setter)
                .constructor(Members::none)
                .traits(LocationTrait.builder()
                        .location(MarshallLocation.PAYLOAD)
                        .locationName(name)
                        .build())
                .build();
    }

    private static SdkPojo none() {
        throw new UnsupportedOperationException("no structure is ever asked for");
    }
}
