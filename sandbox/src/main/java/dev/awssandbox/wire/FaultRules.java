package dev.awssandbox.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.awssandbox.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Fault rules as JSON. Whatever could never match, a misspelt name above all, is refused. */
final class FaultRules {
    private static final Set<String> FIELDS =
            new TreeSet<>(Set.of("service", "action", "function", "nth", "times", "fault"));

    private FaultRules() {}

    /** Reads a list of rules, throwing {@link IllegalArgumentException} with the reason at the first that is none. */
    static List<Faults.Rule> parse(JsonNode rules) {
        if (!rules.isArray()) {
            throw new IllegalArgumentException("a list of rules is expected");
        }
        List<Faults.Rule> parsed = new ArrayList<>();
        for (JsonNode rule : rules) {
            try {
                parsed.add(parseRule(rule));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("rule " + (parsed.size() + 1) + ": " + e.getMessage(), e);
            }
        }
        return parsed;
    }

    private static Faults.Rule parseRule(JsonNode rule) {
        if (!rule.isObject()) {
            throw new IllegalArgumentException("an object is expected, not " + rule);
        }
        for (Map.Entry<String, JsonNode> field : rule.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                throw new IllegalArgumentException("unknown field \"" + field.getKey() + "\"; fields are " + FIELDS);
            }
        }
        String service = text(rule, "service");
        String action = text(rule, "action");
        requireKnown(service, action);
        String fault = Optional.ofNullable(text(rule, "fault"))
                .orElseThrow(() -> new IllegalArgumentException("fault is missing"));
        return new Faults.Rule(
                service,
                action,
                text(rule, "function"),
                count(rule, "nth"),
                count(rule, "times"),
                Faults.Kind.of(fault));
    }

    private static void requireKnown(@Nullable String service, @Nullable String action) {
        List<Service> services = Service.ALL.stream()
                .filter(known -> service == null || known.signingName().equals(service))
                .toList();
        if (services.isEmpty()) {
            throw new IllegalArgumentException("unknown service \"" + service + "\"; services are "
                    + Service.ALL.stream().map(Service::signingName).collect(Collectors.joining(", ")));
        }
        if (action != null
                && services.stream().allMatch(known -> known.action(action).isEmpty())) {
            throw new IllegalArgumentException("unknown action \"" + action + "\"");
        }
    }

    private static @Nullable String text(JsonNode rule, String name) {
        JsonNode value = rule.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new IllegalArgumentException(name + " must be a string, not " + value);
        }
        return value.textValue();
    }

    private static int count(JsonNode rule, String name) {
        JsonNode value = rule.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return 1;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw new IllegalArgumentException(name + " must be a whole number from 1, not " + value);
        }
        return value.intValue();
    }
}
