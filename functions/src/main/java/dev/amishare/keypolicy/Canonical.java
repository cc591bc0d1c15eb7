package dev.amishare.keypolicy;

import dev.amishare.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Statements without what means nothing: AWS may give back a list in another order, a string for a list of one, {@code "*"} for
 * {@code {"AWS": "*"}}, an account's id for the ARN of its root.
 */
final class Canonical {
    private Canonical() {}

    static List<String> of(Collection<Statement> statements) {
        return statements.stream().map(Canonical::of).sorted().toList();
    }

    static String of(Statement statement) {
        Map<String, Json> elements = new TreeMap<>(statement.json().fields());
        elements.replaceAll((element, value) -> switch (element) {
            case "Principal", "NotPrincipal" -> principal(value);
            case "Condition" -> eachValue(value, keys -> eachValue(keys, Canonical::sorted));
            default -> sorted(value);
        });
        return new Json.Obj(elements).text();
    }

    static String digest(Collection<Statement> statements) {
        return hash(String.join("\n", of(statements)));
    }

    static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JRE has SHA-256", e);
        }
    }

    private static Json principal(Json value) {
        Json kinds = value instanceof Json.Obj ? value : new Json.Obj(Map.of("AWS", value));
        return eachValue(
                kinds,
                names -> strings(Statement.texts(names).stream()
                        .map(Canonical::accountOfRoot)
                        .toList()));
    }

    /** {@code 222222222222} for the ARN of that account's root; anything else as it is. */
    static String accountOfRoot(String name) {
        return name.replaceFirst("^arn:aws[a-z-]*:iam::(\\d{12}):root$", "$1");
    }

    private static Json sorted(Json value) {
        return strings(Statement.texts(value));
    }

    private static Json strings(Collection<String> values) {
        return Json.strings(new TreeSet<>(values));
    }

    private static Json eachValue(Json value, UnaryOperator<Json> rewrite) {
        if (!(value instanceof Json.Obj object)) {
            return value;
        }
        Map<String, Json> fields = new TreeMap<>(object.fields());
        fields.replaceAll((name, field) -> rewrite.apply(field));
        return new Json.Obj(fields);
    }
}
