package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/** What a rule of a Choice state asks. */
interface Condition {
    boolean holds(Scope scope);

    record And(List<Condition> conditions) implements Condition {
        @Override
        public boolean holds(Scope scope) {
            return conditions.stream().allMatch(condition -> condition.holds(scope));
        }
    }

    record Or(List<Condition> conditions) implements Condition {
        @Override
        public boolean holds(Scope scope) {
            return conditions.stream().anyMatch(condition -> condition.holds(scope));
        }
    }

    record Not(Condition condition) implements Condition {
        @Override
        public boolean holds(Scope scope) {
            return !condition.holds(scope);
        }
    }

    /** Whether something is there at all. */
    record IsPresent(Path variable, boolean expected) implements Condition {
        @Override
        public boolean holds(Scope scope) {
            try {
                variable.evaluate(scope);
                return expected;
            } catch (Path.NotFound e) {
                return !expected;
            }
        }
    }

    /** Whether a value is of a type. */
    record Is(Path variable, Type type, boolean expected) implements Condition {
        @Override
        public boolean holds(Scope scope) {
            return type.fits(valueOf(variable, scope)) == expected;
        }
    }

    /** A value against a constant or another value; values of another type compare as false. */
    record Comparison(Path variable, Operator operator, Expression other) implements Condition {
        @Override
        public boolean holds(Scope scope) {
            JsonNode left = valueOf(variable, scope);
            JsonNode right = other instanceof Path path ? valueOf(path, scope) : other.evaluate(scope);
            return operator.type.fits(left) && operator.type.fits(right) && operator.test.holds(left, right);
        }
    }

    private static JsonNode valueOf(Path path, Scope scope) {
        try {
            return path.evaluate(scope);
        } catch (Path.NotFound e) {
            throw StatesError.runtime(
                    "Invalid path '" + path + "': The choice state's condition path references an invalid value.");
        }
    }

    /** The types that the language tells apart. */
    enum Type {
        NULL,
        STRING,
        NUMERIC,
        BOOLEAN,
        TIMESTAMP;

        boolean fits(JsonNode value) {
            return switch (this) {
                case NULL -> value.isNull();
                case STRING -> value.isTextual();
                case NUMERIC -> value.isNumber();
                case BOOLEAN -> value.isBoolean();
                case TIMESTAMP ->
                    value.isTextual() && Timestamps.parse(value.textValue()).isPresent();
            };
        }
    }

    /** A comparison operator of the language, without the {@code Path} at its end. */
    record Operator(Type type, Test test) {
        /** The operator of this name. */
        static Optional<Operator> named(String name) {
            return Optional.ofNullable(Operators.BY_NAME.get(name));
        }
    }

    /** How an operator compares two values of its type. */
    interface Test {
        boolean holds(JsonNode left, JsonNode right);
    }

    /** The table of operators. */
    final class Operators {
        private static final Map<String, Operator> BY_NAME = table();

        private Operators() {}

        private static Map<String, Operator> table() {
            Map<String, IntPredicate> orders = Map.of(
                    "Equals", order -> order == 0,
                    "LessThan", order -> order < 0,
                    "GreaterThan", order -> order > 0,
                    "LessThanEquals", order -> order <= 0,
                    "GreaterThanEquals", order -> order >= 0);
            Map<String, Operator> table = new HashMap<>();
            orders.forEach((name, order) -> {
                table.put(
                        "String" + name,
                        new Operator(
                                Type.STRING,
                                (left, right) -> order.test(left.textValue().compareTo(right.textValue()))));
                table.put(
                        "Numeric" + name,
                        new Operator(
                                Type.NUMERIC,
                                (left, right) -> order.test(left.decimalValue().compareTo(right.decimalValue()))));
                table.put(
                        "Timestamp" + name,
                        new Operator(
                                Type.TIMESTAMP,
                                (left, right) -> order.test(Timestamps.parse(left.textValue())
                                        .orElseThrow()
                                        .compareTo(Timestamps.parse(right.textValue())
                                                .orElseThrow()))));
            });
            table.put("BooleanEquals", new Operator(Type.BOOLEAN, JsonNode::equals));
            table.put("StringMatches", new Operator(Type.STRING, (left, right) -> Pattern.compile(
                            wildcard(right.textValue()), Pattern.DOTALL)
                    .matcher(left.textValue())
                    .matches()));
            return Map.copyOf(table);
        }

        /** {@code *} stands for anything, unless a backslash is before it. */
        private static String wildcard(String pattern) {
            StringBuilder regex = new StringBuilder();
            for (int i = 0; i < pattern.length(); i++) {
                char c = pattern.charAt(i);
                if (c == '\\' && i + 1 < pattern.length()) {
                    i++;
                    regex.append(Pattern.quote(String.valueOf(pattern.charAt(i))));
                } else {
                    regex.append(c == '*' ? ".*" : Pattern.quote(String.valueOf(c)));
                }
            }
            return regex.toString();
        }
    }

    /** Times as the language writes them: RFC 3339. */
    final class Timestamps {
        private Timestamps() {}

        static Optional<Instant> parse(String text) {
            try {
                return Optional.of(OffsetDateTime.parse(text).toInstant());
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }
    }
}
