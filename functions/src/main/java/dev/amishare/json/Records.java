package dev.amishare.json;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Maps JSON to records and back, strictly: a field that the record does not have, one that is missing, and one of another type are
 * refused with their path. A component that is {@code @Nullable} or an {@link Optional} may be missing or {@code null}, and is left
 * out when it is written. Knows strings, numbers, booleans, {@link Instant}s (as ISO strings), enums (by name), records, lists, maps
 * from strings, and {@link Json} itself for what is carried as it is.
 */
public final class Records {
    private Records() {}

    /**
     * Makes a record of a document.
     *
     * @throws MalformedJson if the document is not what the record asks for
     */
    public static <T> T read(Json json, Class<T> type) {
        return type.cast(read(json, type, "$"));
    }

    /** Makes a document of a record: fields in the order of its components. */
    public static Json write(Object value) {
        if (value instanceof Json json) {
            return json;
        } else if (value instanceof String string) {
            return new Json.Str(string);
        } else if (value instanceof Integer || value instanceof Long) {
            return new Json.Num(value.toString());
        } else if (value instanceof Boolean bool) {
            return new Json.Bool(bool);
        } else if (value instanceof Instant instant) {
            return new Json.Str(instant.toString());
        } else if (value instanceof Enum<?> constant) {
            return new Json.Str(constant.name());
        } else if (value instanceof List<?> list) {
            return new Json.Arr(list.stream().map(Records::write).toList());
        } else if (value instanceof Map<?, ?> map) {
            Map<String, Json> fields = new LinkedHashMap<>();
            map.forEach((name, item) -> fields.put((String) name, write(item)));
            return new Json.Obj(fields);
        } else if (value instanceof Record) {
            return writeRecord(value);
        }
        throw new IllegalArgumentException("no JSON form is known for " + value.getClass());
    }

    private static Json writeRecord(Object value) {
        Map<String, Json> fields = new LinkedHashMap<>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            Object item = get(component, value);
            if (item instanceof Optional<?> optional) {
                optional.ifPresent(present -> fields.put(component.getName(), write(present)));
            } else if (item != null) {
                fields.put(component.getName(), write(item));
            }
        }
        return new Json.Obj(fields);
    }

    private static @Nullable Object get(RecordComponent component, Object value) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the accessor of " + component + " cannot be called", e);
        }
    }

    private static Object read(Json json, Type type, String path) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return list(json, arguments[0], path);
            } else if (generic.getRawType() == Map.class && arguments[0] == String.class) {
                return map(json, arguments[1], path);
            }
        } else if (type instanceof Class<?> plain) {
            return readPlain(json, plain, path);
        }
        throw new IllegalArgumentException("no JSON form is known for " + type + " at " + path);
    }

    private static Object readPlain(Json json, Class<?> type, String path) {
        if (Json.class.isAssignableFrom(type)) {
            if (!type.isInstance(json)) {
                throw wrong(path, "a " + type.getSimpleName(), json);
            }
            return json;
        } else if (type == String.class) {
            return string(json, "a string", path);
        } else if (type == int.class || type == Integer.class) {
            return Math.toIntExact(number(json, Integer.MIN_VALUE, Integer.MAX_VALUE, path));
        } else if (type == long.class || type == Long.class) {
            return number(json, Long.MIN_VALUE, Long.MAX_VALUE, path);
        } else if (type == boolean.class || type == Boolean.class) {
            if (json instanceof Json.Bool bool) {
                return bool.value();
            }
            throw wrong(path, "true or false", json);
        } else if (type == Instant.class) {
            return instant(json, path);
        } else if (type.isEnum()) {
            return constant(json, type, path);
        } else if (type.isRecord()) {
            return record(json, type, path);
        }
        throw new IllegalArgumentException("no JSON form is known for " + type + " at " + path);
    }

    private static Object record(Json json, Class<?> type, String path) {
        if (!(json instanceof Json.Obj object)) {
            throw wrong(path, "an object", json);
        }
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] values = new @Nullable Object[components.length];
        Map<String, Json> unknown = new LinkedHashMap<>(object.fields());
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = component(components[i], unknown.remove(components[i].getName()), path);
        }
        if (!unknown.isEmpty()) {
            throw new MalformedJson(
                    path + ": unknown field '" + unknown.keySet().iterator().next() + "'");
        }
        return construct(type, types, values, path);
    }

    private static @Nullable Object component(RecordComponent component, @Nullable Json json, String path) {
        String inner = path + "." + component.getName();
        boolean absent = json == null || json == Json.Nil.NULL;
        if (component.getGenericType() instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return absent || json == null
                    ? Optional.empty()
                    : Optional.of(read(json, generic.getActualTypeArguments()[0], inner));
        }
        AnnotatedType annotated = component.getAnnotatedType();
        if (absent && annotated.isAnnotationPresent(Nullable.class)) {
            return null;
        } else if (json == null) {
            throw new MalformedJson(inner + ": missing");
        }
        return read(json, component.getGenericType(), inner);
    }

    private static Object construct(Class<?> type, Class<?>[] types, @Nullable Object[] values, String path) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new MalformedJson(path + ": " + e.getTargetException().getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be made", e);
        }
    }

    private static List<Object> list(Json json, Type itemType, String path) {
        if (!(json instanceof Json.Arr array)) {
            throw wrong(path, "a list", json);
        }
        List<Object> items = new ArrayList<>();
        for (Json item : array.items()) {
            items.add(read(item, itemType, path + "[" + items.size() + "]"));
        }
        return Collections.unmodifiableList(items);
    }

    private static Map<String, Object> map(Json json, Type itemType, String path) {
        if (!(json instanceof Json.Obj object)) {
            throw wrong(path, "an object", json);
        }
        Map<String, Object> items = new LinkedHashMap<>();
        object.fields().forEach((name, item) -> items.put(name, read(item, itemType, path + "." + name)));
        return Collections.unmodifiableMap(items);
    }

    private static String string(Json json, String wanted, String path) {
        if (json instanceof Json.Str string) {
            return string.value();
        }
        throw wrong(path, wanted, json);
    }

    private static long number(Json json, long least, long most, String path) {
        if (json instanceof Json.Num number) {
            try {
                long value = new BigDecimal(number.text()).longValueExact();
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (ArithmeticException | NumberFormatException e) {
                throw new MalformedJson(path + ": must be a whole number, not " + number.text(), e);
            }
            throw new MalformedJson(path + ": " + number.text() + " is out of range");
        }
        throw wrong(path, "a whole number", json);
    }

    private static Instant instant(Json json, String path) {
        String text = string(json, "a time such as 2026-01-31T12:00:00Z", path);
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new MalformedJson(path + ": must be a time such as 2026-01-31T12:00:00Z, not '" + text + "'", e);
        }
    }

    private static Object constant(Json json, Class<?> type, String path) {
        String name = string(json, "a string", path);
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new MalformedJson(path + ": must be one of " + List.of(type.getEnumConstants()) + ", not '" + name + "'");
    }

    private static MalformedJson wrong(String path, String wanted, Json json) {
        return new MalformedJson(path + ": must be " + wanted + ", not " + json.kind());
    }
}
