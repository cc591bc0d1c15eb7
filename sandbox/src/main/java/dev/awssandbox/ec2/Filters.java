package dev.awssandbox.ec2;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Filter;

/** The filters that a describe call knows: all of them must match, each by one of its values, in which * and ? are wildcards. */
final class Filters<T> {
    /** What a filter looks at. */
    interface Value<T> {
        /** A value, several in a collection, or null. */
        @Nullable
        Object of(T item);
    }

    private final Map<String, Value<T>> values = new LinkedHashMap<>();
    private @Nullable Function<T, Map<String, String>> tags;

    /** Adds a filter. */
    Filters<T> by(String name, Value<T> value) {
        values.put(name, value);
        return this;
    }

    /** Adds {@code tag:KEY} and {@code tag-key}. */
    Filters<T> byTags(Function<T, Map<String, String>> tagsOf) {
        this.tags = tagsOf;
        return by("tag-key", item -> tagsOf.apply(item).keySet());
    }

    /** Whether something passes all of {@code filters}. */
    Predicate<T> matching(List<Filter> filters) {
        List<Predicate<T>> all = filters.stream().map(this::predicate).toList();
        return item -> all.stream().allMatch(one -> one.test(item));
    }

    private Predicate<T> predicate(Filter filter) {
        Value<T> value = lookUp(filter.name());
        List<Pattern> patterns = filter.values().stream().map(Filters::pattern).toList();
        return item -> flatten(value.of(item)).anyMatch(text -> patterns.stream()
                .anyMatch(pattern -> pattern.matcher(text).matches()));
    }

    private Value<T> lookUp(@Nullable String name) {
        Function<T, Map<String, String>> tagsOf = tags;
        if (name != null && name.startsWith("tag:") && tagsOf != null) {
            String key = name.substring("tag:".length());
            return item -> tagsOf.apply(item).get(key);
        }
        Value<T> value = name == null ? null : values.get(name);
        if (value == null) {
            throw Errors.invalidValue("The filter '" + name + "' is invalid");
        }
        return value;
    }

    private static Stream<String> flatten(@Nullable Object value) {
        if (value == null) {
            return Stream.empty();
        }
        return value instanceof Collection<?> many
                ? many.stream().filter(Objects::nonNull).map(String::valueOf)
                : Stream.of(value.toString());
    }

    /** A backslash takes the meaning from the wildcard behind it. */
    private static Pattern pattern(String text) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                regex.append(Pattern.quote(String.valueOf(text.charAt(++i))));
            } else if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
