package dev.awssandbox.sfn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.StringTokenizer;
import java.util.UUID;
import java.util.regex.Pattern;

/** A call of one of the language's intrinsic functions, {@code States.Format('{} of {}', $.done, $.all)}. */
final class Intrinsic implements Expression {
    private static final int ANY = Integer.MAX_VALUE;
    private static final int LONGEST_TEXT = 10_000;
    private static final int LONGEST_RANGE = 1_000;
    private static final Set<String> DIGESTS = Set.of("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512");

    /** The functions whose results are texts, and so may name an error or its cause. */
    private static final Set<String> GIVING_TEXT =
            Set.of("Format", "JsonToString", "ArrayGetItem", "Base64Encode", "Base64Decode", "Hash", "UUID");

    private static final Map<String, Kind> KINDS = Map.ofEntries(
            Map.entry("Array", new Kind(0, ANY, (a, random) -> a.all())),
            Map.entry("ArrayPartition", new Kind(2, 2, (a, random) -> partition(a.array(0), a.integer(1)))),
            Map.entry("ArrayContains", new Kind(2, 2, (a, random) -> contains(a.array(0), a.get(1)))),
            Map.entry("ArrayRange", new Kind(3, 3, (a, random) -> range(a.integer(0), a.integer(1), a.integer(2)))),
            Map.entry("ArrayGetItem", new Kind(2, 2, (a, random) -> item(a.array(0), a.integer(1)))),
            Map.entry(
                    "ArrayLength",
                    new Kind(
                            1,
                            1,
                            (a, random) -> Json.NODES.numberNode(a.array(0).size()))),
            Map.entry("ArrayUnique", new Kind(1, 1, (a, random) -> unique(a.array(0)))),
            Map.entry("Base64Encode", new Kind(1, 1, (a, random) -> encode(a.boundedText(0)))),
            Map.entry("Base64Decode", new Kind(1, 1, (a, random) -> decode(a.boundedText(0)))),
            Map.entry("Format", new Kind(1, ANY, (a, random) -> format(a))),
            Map.entry("Hash", new Kind(2, 2, (a, random) -> hash(a.get(0), a.text(1)))),
            Map.entry("JsonMerge", new Kind(3, 3, (a, random) -> merge(a.object(0), a.object(1), a.get(2)))),
            Map.entry("JsonToString", new Kind(1, 1, (a, random) -> TextNode.valueOf(Json.write(a.get(0))))),
            Map.entry("MathAdd", new Kind(2, 2, (a, random) -> number(a.integer(0) + a.integer(1)))),
            Map.entry("MathRandom", new Kind(2, 3, (a, random) -> random(a, random))),
            Map.entry("StringSplit", new Kind(2, 2, (a, random) -> split(a.text(0), a.text(1)))),
            Map.entry("StringToJson", new Kind(1, 1, (a, random) -> parseJson(a.text(0)))),
            Map.entry("UUID", new Kind(0, 0, (a, random) -> TextNode.valueOf(uuid(random)))));

    private final String name;
    private final String text;
    private final Kind kind;
    private final List<Expression> arguments;

    private Intrinsic(String name, String text, Kind kind, List<Expression> arguments) {
        this.name = name;
        this.text = text;
        this.kind = kind;
        this.arguments = List.copyOf(arguments);
    }

    /**
     * Reads a call.
     *
     * @throws IllegalArgumentException naming what is not understood
     */
    static Intrinsic parse(String text) {
        return new Parser(text).whole();
    }

    /** A UUID drawn from {@code random}. */
    static String uuid(SplittableRandom random) {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    boolean givesText() {
        return GIVING_TEXT.contains(name);
    }

    @Override
    public JsonNode evaluate(Scope scope) {
        try {
            List<JsonNode> values = new ArrayList<>();
            for (Expression argument : arguments) {
                values.add(argument.evaluate(scope));
            }
            return kind.function.apply(new Arguments(arguments, values), scope.random());
        } catch (Failure e) {
            throw new StatesError(
                    StatesError.INTRINSIC_FAILURE,
                    "The function '" + text + "' had the following error: " + e.getMessage());
        }
    }

    private static JsonNode format(Arguments arguments) {
        List<String> pieces = arguments.expressions.get(0) instanceof Quoted quoted
                ? quoted.pieces()
                : List.of(arguments.text(0).split(Pattern.quote("{}"), -1));
        if (pieces.size() != arguments.values.size()) {
            throw new Failure("the number of arguments does not match the occurrences of {} in the template");
        }
        StringBuilder result = new StringBuilder(pieces.get(0));
        for (int i = 1; i < pieces.size(); i++) {
            result.append(readable(arguments.get(i))).append(pieces.get(i));
        }
        return TextNode.valueOf(result.toString());
    }

    /** Objects and arrays look in a formatted text as Java's own collections do: the service shows its origin here. */
    private static String readable(JsonNode value) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isArray()) {
            List<String> elements = new ArrayList<>();
            value.forEach(element -> elements.add(readable(element)));
            return elements.toString();
        }
        if (value.isObject()) {
            List<String> fields = new ArrayList<>();
            value.properties().forEach(field -> fields.add(field.getKey() + "=" + readable(field.getValue())));
            return "{" + String.join(", ", fields) + "}";
        }
        return Json.write(value);
    }

    private static JsonNode partition(ArrayNode array, long size) {
        if (size < 1) {
            throw new Failure("the chunk size must be a positive integer");
        }
        ArrayNode chunks = Json.NODES.arrayNode();
        ArrayNode chunk = Json.NODES.arrayNode();
        for (JsonNode element : array) {
            if (chunk.isEmpty()) {
                chunks.add(chunk);
            }
            chunk.add(element);
            if (chunk.size() == size) {
                chunk = Json.NODES.arrayNode();
            }
        }
        return chunks;
    }

    private static boolean isIn(ArrayNode array, JsonNode value) {
        for (JsonNode element : array) {
            if (Json.same(element, value)) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode contains(ArrayNode array, JsonNode value) {
        return Json.NODES.booleanNode(isIn(array, value));
    }

    private static JsonNode range(long first, long last, long step) {
        if (step == 0) {
            throw new Failure("the increment must not be 0");
        }
        ArrayNode result = Json.NODES.arrayNode();
        for (long value = first; step > 0 ? value <= last : value >= last; value += step) {
            if (result.size() == LONGEST_RANGE) {
                throw new Failure("a range has at most " + LONGEST_RANGE + " elements");
            }
            result.add(number(value));
        }
        return result;
    }

    private static JsonNode item(ArrayNode array, long index) {
        if (index < 0 || index >= array.size()) {
            throw new Failure("the index " + index + " is out of bounds for an array of length " + array.size());
        }
        return array.get((int) index);
    }

    private static JsonNode unique(ArrayNode array) {
        ArrayNode result = Json.NODES.arrayNode();
        for (JsonNode element : array) {
            if (!isIn(result, element)) {
                result.add(element);
            }
        }
        return result;
    }

    private static JsonNode encode(String text) {
        return TextNode.valueOf(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static JsonNode decode(String text) {
        try {
            return TextNode.valueOf(new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new Failure("not Base64: " + e.getMessage());
        }
    }

    private static JsonNode hash(JsonNode data, String algorithm) {
        String text = data.isTextual() ? data.textValue() : Json.write(data);
        if (!DIGESTS.contains(algorithm) || text.length() > LONGEST_TEXT) {
            throw new Failure("a hash takes at most " + LONGEST_TEXT
                    + " characters and one of MD5, SHA-1, SHA-256, SHA-384, SHA-512");
        }
        try {
            byte[] digest = MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
            return TextNode.valueOf(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }

    private static JsonNode merge(ObjectNode one, ObjectNode other, JsonNode deep) {
        if (!deep.isBoolean() || deep.booleanValue()) {
            throw new Failure("only the shallow merge is supported: the third argument must be false");
        }
        ObjectNode merged = Json.NODES.objectNode();
        merged.setAll(one);
        merged.setAll(other);
        return merged;
    }

    private static JsonNode random(Arguments arguments, SplittableRandom random) {
        long start = arguments.integer(0);
        long end = arguments.integer(1);
        if (start >= end) {
            throw new Failure("the start must be below the end");
        }
        SplittableRandom source = arguments.values.size() == 3 ? new SplittableRandom(arguments.integer(2)) : random;
        return number(source.nextLong(start, end));
    }

    private static JsonNode split(String text, String delimiters) {
        ArrayNode result = Json.NODES.arrayNode();
        StringTokenizer tokens = new StringTokenizer(text, delimiters);
        while (tokens.hasMoreTokens()) {
            result.add(tokens.nextToken());
        }
        return result;
    }

    private static JsonNode parseJson(String text) {
        try {
            return Json.parse(text);
        } catch (JsonProcessingException e) {
            throw new Failure("the argument is not JSON: " + e.getOriginalMessage());
        }
    }

    private static JsonNode number(long value) {
        return value == (int) value ? Json.NODES.numberNode((int) value) : Json.NODES.numberNode(value);
    }

    private interface Function {
        JsonNode apply(Arguments arguments, SplittableRandom random);
    }

    private record Kind(int fewest, int most, Function function) {}

    private static final class Failure extends RuntimeException {
        private Failure(String message) {
            super(message, null, false, false);
        }
    }

    private record Arguments(List<Expression> expressions, List<JsonNode> values) {
        private JsonNode get(int index) {
            return values.get(index);
        }

        private ArrayNode all() {
            return Json.NODES.arrayNode().addAll(values);
        }

        private ArrayNode array(int index) {
            if (get(index) instanceof ArrayNode array) {
                return array;
            }
            throw wrong(index, "an array");
        }

        private ObjectNode object(int index) {
            if (get(index) instanceof ObjectNode object) {
                return object;
            }
            throw wrong(index, "an object");
        }

        private String text(int index) {
            if (get(index).isTextual()) {
                return get(index).textValue();
            }
            throw wrong(index, "a string");
        }

        private String boundedText(int index) {
            String text = text(index);
            if (text.length() > LONGEST_TEXT) {
                throw wrong(index, "at most " + LONGEST_TEXT + " characters long");
            }
            return text;
        }

        /** Numbers that are not whole are rounded to the nearest, as the service does. */
        private long integer(int index) {
            JsonNode value = get(index);
            if (!value.isNumber()) {
                throw wrong(index, "a number");
            }
            return new BigDecimal(value.asText())
                    .add(new BigDecimal("0.5"))
                    .setScale(0, RoundingMode.FLOOR)
                    .longValue();
        }

        private Failure wrong(int index, String expected) {
            return new Failure(
                    "argument " + (index + 1) + " must be " + expected + ", but is " + Json.write(get(index)));
        }
    }

    /** A quoted text; a backslash takes the meaning from {@code '}, <code>{</code>, <code>}</code> and itself. */
    private record Quoted(String raw) implements Expression {
        @Override
        public JsonNode evaluate(Scope scope) {
            return TextNode.valueOf(String.join("{}", pieces()));
        }

        /** What stands between the places of a Format template. */
        private List<String> pieces() {
            List<String> pieces = new ArrayList<>();
            StringBuilder piece = new StringBuilder();
            for (int i = 0; i < raw.length(); i++) {
                char c = raw.charAt(i);
                if (c == '\\' && i + 1 < raw.length()) {
                    i++;
                    piece.append(raw.charAt(i));
                } else if (c == '{' && i + 1 < raw.length() && raw.charAt(i + 1) == '}') {
                    i++;
                    pieces.add(piece.toString());
                    piece.setLength(0);
                } else {
                    piece.append(c);
                }
            }
            pieces.add(piece.toString());
            return pieces;
        }
    }

    private static final class Parser {
        private final String text;
        private int at;

        private Parser(String text) {
            this.text = text;
        }

        private Intrinsic whole() {
            Intrinsic call = call();
            skipSpaces();
            if (at != text.length()) {
                throw unexpected();
            }
            return call;
        }

        private Intrinsic call() {
            skipSpaces();
            int start = at;
            while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            String function = text.substring(start, at);
            if (at == text.length() || text.charAt(at) != '(') {
                throw new IllegalArgumentException("'" + text + "' is neither a path nor an intrinsic function");
            }
            Kind kind = function.startsWith("States.") ? KINDS.get(function.substring("States.".length())) : null;
            if (kind == null) {
                throw new IllegalArgumentException("the intrinsic function '" + function + "' is not supported");
            }
            at++;
            List<Expression> arguments = new ArrayList<>();
            skipSpaces();
            while (peek() != ')') {
                arguments.add(argument());
                skipSpaces();
                if (peek() == ',') {
                    at++;
                } else if (peek() != ')') {
                    throw unexpected();
                }
                skipSpaces();
            }
            at++;
            if (arguments.size() < kind.fewest || arguments.size() > kind.most) {
                throw new IllegalArgumentException(
                        "the intrinsic function '" + function + "' does not take " + arguments.size() + " arguments");
            }
            return new Intrinsic(function.substring("States.".length()), text.substring(start, at), kind, arguments);
        }

        private Expression argument() {
            skipSpaces();
            char c = peek();
            if (c == '\'') {
                return quoted();
            }
            if (c == '$') {
                return Path.parse(path());
            }
            if (text.startsWith("States.", at)) {
                return call();
            }
            int start = at;
            while (at < text.length() && ",) ".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String literal = text.substring(start, at);
            try {
                JsonNode value = Json.parse(literal);
                if (value.isNumber() || value.isBoolean() || value.isNull()) {
                    return scope -> value;
                }
            } catch (JsonProcessingException e) {
                // falls through to the refusal, which says more of the place than the parser does
            }
            throw new IllegalArgumentException(
                    "'" + literal + "' is not an argument that an intrinsic function takes in '" + text + "'");
        }

        private Quoted quoted() {
            int start = ++at;
            while (peek() != '\'') {
                at += peek() == '\\' ? 2 : 1;
            }
            return new Quoted(text.substring(start, at++));
        }

        /** Up to the comma or parenthesis that is not inside of brackets or quotes. */
        private String path() {
            int start = at;
            int depth = 0;
            boolean inQuotes = false;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '\'') {
                    inQuotes = !inQuotes;
                } else if (!inQuotes && (c == '[' || c == '(')) {
                    depth++;
                } else if (!inQuotes && depth > 0 && (c == ']' || c == ')')) {
                    depth--;
                } else if (!inQuotes && depth == 0 && (c == ',' || c == ')')) {
                    break;
                }
                at++;
            }
            return text.substring(start, at).strip();
        }

        private char peek() {
            if (at >= text.length()) {
                throw new IllegalArgumentException("'" + text + "' ends too early");
            }
            return text.charAt(at);
        }

        private void skipSpaces() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }

        private IllegalArgumentException unexpected() {
            return new IllegalArgumentException("unexpected '" + text.substring(at) + "' in '" + text + "'");
        }
    }
}
