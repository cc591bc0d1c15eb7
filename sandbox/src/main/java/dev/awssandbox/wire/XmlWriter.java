package dev.awssandbox.wire;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/** Writes responses as XML, member by member as the SDK would read them. */
final class XmlWriter {
    static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    private final StringBuilder xml = new StringBuilder(1024);
    private final DateTimeFormatter timestamps;

    private XmlWriter(DateTimeFormatter timestamps) {
        this.timestamps = timestamps;
    }

    /** EC2 writes times with milliseconds. */
    static XmlWriter ec2() {
        return new XmlWriter(MILLIS);
    }

    /** STS and IAM write times in whole seconds. */
    static XmlWriter query() {
        return new XmlWriter(SECONDS);
    }

    XmlWriter open(String name) {
        xml.append('<').append(name).append('>');
        return this;
    }

    XmlWriter openRoot(String name, String namespace) {
        xml.append(DECLARATION)
                .append('<')
                .append(name)
                .append(" xmlns=\"")
                .append(namespace)
                .append("\">");
        return this;
    }

    XmlWriter close(String name) {
        xml.append("</").append(name).append('>');
        return this;
    }

    XmlWriter element(String name, String text) {
        open(name);
        appendEscaped(text);
        return close(name);
    }

    /** All members that are set. */
    XmlWriter members(SdkPojo pojo) {
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = Pojos.valueOf(field, pojo);
            if (value != null) {
                value(field.unmarshallLocationName(), field, value);
            }
        }
        return this;
    }

    private void value(String name, SdkField<?> field, Object value) {
        switch (field.marshallingType().getKnownType()) {
            case SDK_POJO -> open(name).members((SdkPojo) value).close(name);
            case LIST -> list(name, field.getRequiredTrait(ListTrait.class), (List<?>) value);
            case MAP -> map(name, field.getRequiredTrait(MapTrait.class), (Map<?, ?>) value);
            default -> element(name, Scalar.write(value, timestamps));
        }
    }

    private void list(String name, ListTrait trait, List<?> values) {
        if (trait.isFlattened()) {
            values.forEach(value -> value(name, trait.memberFieldInfo(), value));
            return;
        }
        String member = orElse(trait.memberLocationName(), "member");
        open(name);
        values.forEach(value -> value(member, trait.memberFieldInfo(), value));
        close(name);
    }

    private void map(String name, MapTrait trait, Map<?, ?> values) {
        String entry = trait.isFlattened() ? name : "entry";
        if (!trait.isFlattened()) {
            open(name);
        }
        values.forEach((key, value) -> {
            open(entry).element(orElse(trait.keyLocationName(), "key"), key.toString());
            value(orElse(trait.valueLocationName(), "value"), trait.valueFieldInfo(), value);
            close(entry);
        });
        if (!trait.isFlattened()) {
            close(name);
        }
    }

    private static String orElse(@Nullable String name, String otherwise) {
        return name == null ? otherwise : name;
    }

    /** A character that XML 1.0 cannot carry at all, not even escaped, becomes the replacement character. */
    private void appendEscaped(String text) {
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '&' -> xml.append("&amp;");
                case '\r' -> xml.append("&#13;");
                default -> xml.appendCodePoint(isXml(c) ? c : 0xFFFD);
            }
        });
    }

    private static boolean isXml(int c) {
        return (c >= ' ' && c < 0xD800) || c == '\t' || c == '\n' || (c >= 0xE000 && c != 0xFFFE && c != 0xFFFF);
    }

    @Override
    public String toString() {
        return xml.toString();
    }
}
