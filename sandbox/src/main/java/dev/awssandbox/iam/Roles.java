package dev.awssandbox.iam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * All roles of all accounts, and the two ways a policy names them. Stored policies name a role by its unique id, so that one who makes a
 * role of the same name anew inherits nothing; read back, an id is the role's ARN again, as long as the role exists (aws-facts 4.5).
 */
final class Roles {
    private final Map<String, Map<String, Role>> byAccount = new TreeMap<>();
    private final Map<String, Role> byId = new HashMap<>();

    void add(Role role) {
        byAccount.computeIfAbsent(role.account(), account -> new TreeMap<>()).put(role.name(), role);
        byId.put(role.id(), role);
    }

    void remove(Role role) {
        in(role.account()).remove(role.name());
        byId.remove(role.id());
    }

    private Map<String, Role> in(String account) {
        return byAccount.getOrDefault(account, new TreeMap<>());
    }

    Collection<Role> of(String account) {
        return in(account).values();
    }

    Optional<Role> named(String account, String name) {
        return Optional.ofNullable(in(account).get(name));
    }

    Optional<Role> byId(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    Optional<Role> byArn(String arn) {
        String[] parts = arn.split(":", 6);
        return parts.length < 6
                ? Optional.empty()
                : named(parts[4], arn.substring(arn.lastIndexOf('/') + 1))
                        .filter(role -> role.arn().equals(arn));
    }

    static boolean accountExists(String account) {
        return account.matches("\\d{12}") && !account.startsWith("9999");
    }

    boolean exists(String principalArn) {
        String[] parts = principalArn.split(":", 6);
        if (parts.length < 6
                || !parts[0].equals("arn")
                || !parts[1].equals("aws")
                || !parts[3].isEmpty()
                || !accountExists(parts[4])) {
            return false;
        }
        if (parts[2].equals("iam")) {
            return parts[5].equals("root")
                    || parts[5].equals("user/Administrator")
                    || byArn(principalArn).isPresent();
        }
        String[] session = parts[5].split("/", -1);
        return parts[2].equals("sts")
                && session.length == 3
                && session[0].equals("assumed-role")
                && session[2].matches("[\\w+=,.@-]{2,64}")
                && named(parts[4], session[1]).isPresent();
    }

    /**
     * A policy as it is stored: accounts as ARNs of their root, roles as their ids; arrays of principals in order, without doubles, and one
     * alone not as an array. AWS documents the latter nowhere (aws-facts 4.5, UNVERIFIED), which makes clients compare with care.
     *
     * @throws InvalidPrincipal for one that does not exist, or is an id already
     */
    ObjectNode stored(ObjectNode policy) {
        return withPrincipals(policy, this::stored);
    }

    /** A stored policy as it is read back; an id that has no role any more stays. */
    ObjectNode shown(ObjectNode stored) {
        return withPrincipals(stored, this::shown);
    }

    String shown(String storedPrincipal) {
        return byId(storedPrincipal).map(Role::arn).orElse(storedPrincipal);
    }

    String stored(String principal) {
        if (principal.equals("*")) {
            return principal;
        }
        if (accountExists(principal)) {
            return "arn:aws:iam::" + principal + ":root";
        }
        if (!exists(principal)) {
            throw new InvalidPrincipal(principal);
        }
        return byArn(principal).map(Role::id).orElse(principal);
    }

    private static ObjectNode withPrincipals(ObjectNode policy, UnaryOperator<String> change) {
        ObjectNode result = policy.deepCopy();
        JsonNode statements = result.path("Statement");
        for (JsonNode statement : statements.isArray() ? statements : List.of(statements)) {
            for (String element : List.of("Principal", "NotPrincipal")) {
                if (statement.get(element) instanceof ObjectNode types && types.has("AWS")) {
                    types.set("AWS", changed(types.get("AWS"), change));
                }
            }
        }
        return result;
    }

    private static JsonNode changed(JsonNode names, UnaryOperator<String> change) {
        TreeSet<String> result = new TreeSet<>();
        for (JsonNode name : names.isArray() ? names : List.of(names)) {
            result.add(change.apply(name.asText()));
        }
        if (result.size() == 1) {
            return TextNode.valueOf(result.first());
        }
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        result.forEach(array::add);
        return array;
    }
}
