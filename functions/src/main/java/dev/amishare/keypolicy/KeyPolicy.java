package dev.amishare.keypolicy;

import dev.amishare.json.Json;
import dev.amishare.json.MalformedJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The policy of a share key: foreign statements, which are written again exactly as they were read and in their order, and ours,
 * known by their Sids. Immutable.
 */
public final class KeyPolicy {
    /** The longest policy that KMS takes, in bytes; not adjustable. */
    public static final int LONGEST = 32_768;

    /** What KMS gives in place of a role or a user that was deleted, and refuses in PutKeyPolicy. */
    private static final Pattern ORPHAN = Pattern.compile("A(RO|ID)A[A-Z0-9]{12,}");

    private final Json.Obj document;
    private final List<Statement> statements;

    private KeyPolicy(Json.Obj document, List<Statement> statements) {
        this.document = document;
        this.statements = List.copyOf(statements);
    }

    /**
     * Reads what GetKeyPolicy gives.
     *
     * @throws UnreadablePolicy if it is no policy
     */
    public static KeyPolicy parse(String text) {
        try {
            if (!(Json.parse(text) instanceof Json.Obj document)) {
                throw new UnreadablePolicy("a policy must be an object");
            }
            return new KeyPolicy(document, statements(document, text));
        } catch (MalformedJson e) {
            throw new UnreadablePolicy(String.valueOf(e.getMessage()), e);
        }
    }

    private static List<Statement> statements(Json.Obj document, String text) {
        Json json = document.get("Statement").orElse(new Json.Arr(List.of()));
        List<Json> items = json instanceof Json.Arr list ? list.items() : List.of(json);
        List<String> raw = RawStatements.of(text);
        List<Statement> statements = new ArrayList<>();
        for (Json item : items) {
            if (!(item instanceof Json.Obj statement)) {
                throw new UnreadablePolicy("a statement must be an object, not " + item.kind());
            }
            statements.add(new Statement(statement, raw.get(statements.size())));
        }
        return statements;
    }

    /** This policy with {@code derived} in place of whatever statements of ours it holds. */
    public KeyPolicy with(ShareStatements derived) {
        return new KeyPolicy(
                document,
                Stream.concat(foreign(), derived.statements().stream()).toList());
    }

    /** Whether our statements here say what {@code derived} says, however AWS may have rearranged them. */
    public boolean says(ShareStatements derived) {
        return Canonical.of(ours().toList()).equals(Canonical.of(derived.statements()));
    }

    /** A short name for the whole document, as it was read. */
    public String fingerprint() {
        return Canonical.hash(text());
    }

    /** Those of {@code candidates}, accounts and roles, whom a statement of ours names as a principal. */
    public Principals named(Principals candidates) {
        Set<String> names = ours().flatMap(s -> s.awsPrincipals("Principal").stream())
                .map(Canonical::accountOfRoot)
                .collect(Collectors.toSet());
        return candidates.where(p -> names.contains(p.value()));
    }

    /** The unique ids of deleted roles and users that our statements name. */
    public List<String> orphansInOurs() {
        return orphans(ours());
    }

    /** The unique ids of deleted roles and users that others' statements name: with any of them, KMS refuses every write. */
    public List<String> orphansInForeign() {
        return orphans(foreign());
    }

    private static List<String> orphans(Stream<Statement> statements) {
        return statements
                .flatMap(s -> Stream.of("Principal", "NotPrincipal").map(s::awsPrincipals))
                .flatMap(Collection::stream)
                .filter(ORPHAN.asMatchPredicate())
                .distinct()
                .toList();
    }

    Stream<Statement> ours() {
        return statements.stream().filter(Statement::isOurs);
    }

    Stream<Statement> foreign() {
        return statements.stream().filter(s -> !s.isOurs());
    }

    /** Sids, or what stands for them, of foreign statements that say nothing of actions or of resources: KMS takes them no more. */
    public List<String> incompleteInForeign() {
        return foreign()
                .filter(s -> !((s.has("Action") || s.has("NotAction")) && (s.has("Resource") || s.has("NotResource"))))
                .map(Statement::name)
                .toList();
    }

    /** Whom foreign statements allow what, a line each. */
    public List<String> admitted() {
        return foreign()
                .filter(s -> !s.isDeny())
                .map(s -> String.join(", ", s.principals()) + " call "
                        + (s.has("Action")
                                ? String.join(", ", s.values("Action"))
                                : "all but " + String.join(", ", s.values("NotAction")))
                        + (s.has("Condition") ? ", under conditions" : ""))
                .toList();
    }

    /** Whether {@code ${…}} means something in it: policy variables came with this version of the language. */
    boolean knowsVariables() {
        return document.get("Version").equals(Optional.of(Json.of("2012-10-17")));
    }

    /** How many bytes KMS counts. */
    public int size() {
        return text().getBytes(StandardCharsets.UTF_8).length;
    }

    /** The document, as PutKeyPolicy takes it. */
    public String text() {
        return escaped(written());
    }

    /**
     * PutKeyPolicy takes no character beyond U+00FF, and of those below U+0020 only tab, line feed and carriage return, though GetKeyPolicy
     * may show such as were written as escapes (API reference). Outside of strings JSON has none of them.
     */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xff || (c < ' ' && "\t\n\r".indexOf(c) < 0)) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private String written() {
        StringJoiner fields = new StringJoiner(",", "{", "}");
        Json.Obj whole = document.with("Statement", Json.Nil.NULL);
        for (Map.Entry<String, Json> field : whole.fields().entrySet()) {
            StringJoiner raw = new StringJoiner(",", "[", "]");
            statements.forEach(s -> raw.add(s.raw()));
            String value = field.getKey().equals("Statement")
                    ? raw.toString()
                    : field.getValue().text();
            fields.add(Json.of(field.getKey()).text() + ":" + value);
        }
        return fields.toString();
    }

    @Override
    public String toString() {
        return text();
    }
}
