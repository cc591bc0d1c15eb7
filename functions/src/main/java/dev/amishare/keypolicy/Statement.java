package dev.amishare.keypolicy;

import dev.amishare.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * One statement of a policy.
 *
 * @param json what it says, to be looked at only
 * @param raw how it was written, to be written again: whatever another author's statement holds, nothing of it is lost
 */
record Statement(Json.Obj json, String raw) {
    static Statement of(Json.Obj json) {
        return new Statement(json, json.text());
    }

    /** Empty if it has none, as foreign statements may. */
    String sid() {
        return text("Sid");
    }

    boolean isOurs() {
        return ShareStatements.SIDS.contains(sid());
    }

    boolean isDeny() {
        return text("Effect").equals("Deny");
    }

    boolean has(String element) {
        return json.get(element).isPresent();
    }

    /** What {@code Principal} or {@code NotPrincipal} names of accounts, users and roles; {@code *} for everybody. */
    List<String> awsPrincipals(String element) {
        Optional<Json> principal = json.get(element);
        if (principal.isPresent() && principal.get() instanceof Json.Obj kinds) {
            return kinds.get("AWS").map(Statement::texts).orElse(List.of());
        }
        return values(element);
    }

    /** All whom it speaks of, of whatever kind; whom it does not, with {@code all but}. */
    List<String> principals() {
        List<String> named = new ArrayList<>();
        for (String element : List.of("Principal", "NotPrincipal")) {
            String prefix = element.equals("Principal") ? "" : "all but ";
            Json principal = json.get(element).orElse(new Json.Arr(List.of()));
            Collection<Json> kinds =
                    principal instanceof Json.Obj byKind ? byKind.fields().values() : List.of(principal);
            kinds.forEach(names -> texts(names).forEach(name -> named.add(prefix + name)));
        }
        return named;
    }

    /** The values of an element that may be a string or a list of strings. */
    List<String> values(String element) {
        return json.get(element).map(Statement::texts).orElse(List.of());
    }

    private String text(String element) {
        return json.get(element).orElse(Json.Nil.NULL) instanceof Json.Str text ? text.value() : "";
    }

    /** A string, number or boolean, or a list of them, as strings. */
    static List<String> texts(Json json) {
        return json instanceof Json.Arr list
                ? list.items().stream().map(Statement::scalar).toList()
                : List.of(scalar(json));
    }

    private static String scalar(Json json) {
        return json instanceof Json.Str text ? text.value() : json.text();
    }

    /** A name for messages, since a foreign statement need not have a Sid. */
    String name() {
        return sid().isEmpty() ? "a statement without Sid" : "the statement " + sid();
    }
}
