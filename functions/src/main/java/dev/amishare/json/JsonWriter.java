package dev.amishare.json;

import java.util.Iterator;
import java.util.Map;

/** Writes a tree in one line, without blanks, fields in their order. Characters beyond ASCII are written as they are. */
final class JsonWriter {
    private JsonWriter() {}

    static String write(Json json) {
        StringBuilder out = new StringBuilder();
        write(json, out);
        return out.toString();
    }

    private static void write(Json json, StringBuilder out) {
        if (json instanceof Json.Obj object) {
            out.append('{');
            Iterator<Map.Entry<String, Json>> fields =
                    object.fields().entrySet().iterator();
            while (fields.hasNext()) {
                Map.Entry<String, Json> field = fields.next();
                quote(field.getKey(), out);
                out.append(':');
                write(field.getValue(), out);
                out.append(fields.hasNext() ? "," : "");
            }
            out.append('}');
        } else if (json instanceof Json.Arr array) {
            out.append('[');
            Iterator<Json> items = array.items().iterator();
            while (items.hasNext()) {
                write(items.next(), out);
                out.append(items.hasNext() ? "," : "");
            }
            out.append(']');
        } else if (json instanceof Json.Str string) {
            quote(string.value(), out);
        } else if (json instanceof Json.Num number) {
            out.append(number.text());
        } else if (json instanceof Json.Bool bool) {
            out.append(bool.value());
        } else {
            out.append("null");
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    // Half of a surrogate pair cannot be encoded in UTF-8: escaped, it survives.
                    if (c < 0x20 || (Character.isSurrogate(c) && !paired(text, i))) {
                        out.append("\\u").append(String.format("%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean paired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
