package dev.awssandbox.wire;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.traits.TimestampFormatTrait;

/** A value without members, as text on the wire and as the SDK holds it. */
final class Scalar {
    private Scalar() {}

    /**
     * The value that {@code text} stands for.
     *
     * @throws IllegalArgumentException if it stands for none of the field's type
     */
    static Object parse(SdkField<?> field, String text) {
        return switch (field.marshallingType().getKnownType()) {
            case STRING -> text;
            case INTEGER -> Integer.valueOf(text);
            case LONG -> Long.valueOf(text);
            case SHORT -> Short.valueOf(text);
            case BYTE -> Byte.valueOf(text);
            case FLOAT -> Float.valueOf(text);
            case DOUBLE -> Double.valueOf(text);
            case BIG_DECIMAL -> new BigDecimal(text);
            case BOOLEAN -> parseBoolean(text);
            case INSTANT -> parseInstant(text);
            case SDK_BYTES -> SdkBytes.fromByteArray(Base64.getDecoder().decode(text));
            default -> throw new IllegalArgumentException("not a scalar");
        };
    }

    private static Boolean parseBoolean(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    private static Instant parseInstant(String text) {
        try {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The text that stands for {@code value}; times in {@code timestamps}' format. */
    static String write(Object value, DateTimeFormatter timestamps) {
        if (value instanceof Instant instant) {
            return timestamps.format(instant);
        }
        if (value instanceof SdkBytes bytes) {
            return Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        return value.toString();
    }

    /** Whether the model asks for ISO 8601 where the protocol would write a number. */
    static boolean isIso8601(SdkField<?> field) {
        return field.getOptionalTrait(TimestampFormatTrait.class)
                .filter(trait -> trait.format() == TimestampFormatTrait.Format.ISO_8601)
                .isPresent();
    }
}
