package dev.amishare.keypolicy;

import dev.amishare.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a key policy gives a principal, held against what a launch needs. It is a judgement by reading: what another account's own
 * policies, or those of its organization, take away again cannot be seen from here.
 */
public sealed interface LaunchRights {
    /** Exactly what a launch needs, by our statements alone. */
    record Granted() implements LaunchRights {}

    /** Our statements do not grant it, or were changed by somebody: to be written again. */
    record Missing(String reason) implements LaunchRights {}

    /** A statement of somebody else takes it away. */
    record Denied(String reason) implements LaunchRights {}

    /** A statement of somebody else may take it away, under conditions that only AWS can judge at the time of the launch. */
    record Doubtful(String reason) implements LaunchRights {}

    /** More than a launch needs, by a statement of somebody else. */
    record More(String reason) implements LaunchRights {}

    /** Judges what {@code policy} gives {@code principal}; the gravest finding is the answer. */
    static LaunchRights judge(KeyPolicy policy, Principal principal, Boundary boundary, String keyArn) {
        Optional<String> missing = Ours.missing(policy, principal, boundary, keyArn);
        if (missing.isPresent()) {
            return new Missing(missing.get());
        }
        Optional<Denial> denial = Denial.of(policy, principal, boundary, keyArn);
        if (denial.isPresent()) {
            String reason = denial.get().reason();
            return denial.get().isCertain() ? new Denied(reason) : new Doubtful(reason);
        }
        Reader reader = Reader.of(principal, boundary, keyArn);
        return policy.foreign()
                .filter(s -> !s.isDeny() && allows(s, policy, reader))
                .findFirst()
                .<LaunchRights>map(s -> new More(s.name() + ", which is not of AMI Share, also allows " + principal
                        + " "
                        + (s.has("Action") ? String.join(", ", s.values("Action")) : "what its NotAction leaves")))
                .orElseGet(Granted::new);
    }

    /** Whether an Allow of somebody else names this principal, or everybody without a condition. */
    private static boolean allows(Statement allow, KeyPolicy policy, Reader reader) {
        return reader.isNamedBy(allow)
                ? reader.mayMeet(allow, policy)
                : allow.awsPrincipals("Principal").contains("*") && !allow.has("Condition");
    }

    /** Looks for our statements, as they would be derived for one principal. */
    final class Ours {
        private Ours() {}

        private static Optional<String> missing(
                KeyPolicy policy, Principal principal, Boundary boundary, String keyArn) {
            ShareStatements needed = ShareStatements.derive(Principals.of(List.of(principal)), boundary, keyArn);
            if (needed.statements().isEmpty()) {
                return Optional.of(principal + " is outside the boundary");
            }
            for (Statement wanted : needed.statements()) {
                List<Statement> found =
                        policy.ours().filter(s -> s.sid().equals(wanted.sid())).toList();
                if (found.isEmpty()) {
                    return Optional.of("there is no statement " + wanted.sid());
                } else if (found.size() > 1) {
                    return Optional.of("there are " + found.size() + " statements " + wanted.sid());
                } else if (!shape(found.get(0)).equals(shape(wanted))) {
                    return Optional.of("the statement " + wanted.sid() + " was changed by somebody");
                } else if (!whom(found.get(0)).containsAll(whom(wanted))) {
                    return Optional.of("the statement " + wanted.sid() + " does not name " + principal);
                }
            }
            return Optional.empty();
        }

        /** All that a statement of ours says but for whom. */
        static String shape(Statement statement) {
            boolean names = !statement.awsPrincipals("Principal").contains("*");
            Json.Obj json = statement.json();
            if (names && onlyAwsPrincipals(json)) {
                json = json.with("Principal", Json.of("those named"));
            } else if (json.get("Condition").orElse(Json.Nil.NULL) instanceof Json.Obj conditions) {
                for (String operator : List.of("StringEquals", "ForAnyValue:StringLike")) {
                    conditions = without(conditions, operator);
                }
                json = json.with("Condition", conditions);
            }
            return Canonical.of(Statement.of(json));
        }

        private static boolean onlyAwsPrincipals(Json.Obj statement) {
            return statement.get("Principal").orElse(Json.Nil.NULL) instanceof Json.Obj kinds
                    && kinds.fields().keySet().equals(Set.of("AWS"));
        }

        private static Json.Obj without(Json.Obj conditions, String operator) {
            if (!(conditions.get(operator).orElse(Json.Nil.NULL) instanceof Json.Obj keys)) {
                return conditions;
            }
            Json.Obj blanked = keys;
            for (String key : List.of("aws:PrincipalOrgID", "aws:PrincipalOrgPaths")) {
                if (keys.get(key).isPresent()) {
                    blanked = blanked.with(key, Json.of("those named"));
                }
            }
            return conditions.with(operator, blanked);
        }

        /** Whom a statement of ours names, by principals or by conditions. */
        static Set<String> whom(Statement statement) {
            Stream<String> named = statement.awsPrincipals("Principal").stream().map(Canonical::accountOfRoot);
            Stream<String> conditions = Stream.of(
                            Map.entry("StringEquals", "aws:PrincipalOrgID"),
                            Map.entry("ForAnyValue:StringLike", "aws:PrincipalOrgPaths"))
                    .flatMap(entry -> conditionValues(statement, entry.getKey(), entry.getValue()));
            return Stream.concat(named, conditions).collect(Collectors.toSet());
        }

        private static Stream<String> conditionValues(Statement statement, String operator, String key) {
            return statement.json().get("Condition").stream()
                    .flatMap(c -> field(c, operator))
                    .flatMap(keys -> field(keys, key))
                    .flatMap(values -> Statement.texts(values).stream());
        }

        private static Stream<Json> field(Json json, String name) {
            return json instanceof Json.Obj object ? object.get(name).stream() : Stream.empty();
        }
    }
}
