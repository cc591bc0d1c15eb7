package dev.amishare.json;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value. Objects keep the order of their fields, numbers the digits they were written with, so that a document which is read
 * and written again says exactly what it said. Two objects are equal whatever the order of their fields.
 */
public sealed interface Json {
    /** An object; no name occurs twice. */
    record Obj(Map<String, Json> fields) implements Json {
        public Obj {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }

        /** The field's value, if the object has it; a {@code null} that was written is there. */
        public Optional<Json> get(String name) {
            return Optional.ofNullable(fields.get(name));
        }

        /** This object with one field set: in its place where it was there before, else at the end. */
        public Obj with(String name, Json value) {
            Map<String, Json> changed = new LinkedHashMap<>(fields);
            changed.put(name, value);
            return new Obj(changed);
        }
    }

    /** An array. */
    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    /** A string. */
    record Str(String value) implements Json {}

    /** A number, as it was written. */
    record Num(String text) implements Json {}

    /** {@code true} or {@code false}. */
    record Bool(boolean value) implements Json {}

    /** The {@code null} that JSON writes. */
    enum Nil implements Json {
        NULL
    }

    /**
     * Reads one document.
     *
     * @throws MalformedJson if it is none, names a field of an object twice, or is nested too deeply
     */
    static Json parse(String text) {
        return JsonReader.read(text);
    }

    /** The document in one line; the same value always gives the same text. */
    default String text() {
        return JsonWriter.write(this);
    }

    static Json of(String value) {
        return new Str(value);
    }

    static Json of(long value) {
        return new Num(Long.toString(value));
    }

    static Json of(boolean value) {
        return new Bool(value);
    }

    static Arr strings(Collection<String> values) {
        List<Json> items = new ArrayList<>();
        values.forEach(value -> items.add(new Str(value)));
        return new Arr(items);
    }

    /** What kind of value this is, for messages: {@code a string}, {@code an object} … */
    default String kind() {
        if (this instanceof Obj) {
            return "an object";
        } else if (this instanceof Arr) {
            return "a list";
        } else if (this instanceof Str) {
            return "a string";
        } else if (this instanceof Num) {
            return "a number";
        } else if (this instanceof Bool) {
            return "a boolean";
        }
        return "null";
    }
}
