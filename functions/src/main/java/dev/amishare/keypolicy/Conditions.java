package dev.amishare.keypolicy;

import dev.amishare.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Judges the conditions of a statement beforehand, from what is known of a request (IAM User Guide, condition operators, and "Creating a
 * condition with multiple keys or values"): all operators and all keys must hold, one of the values of each.
 */
final class Conditions {
    private static final String IF_EXISTS = "IfExists";
    private static final String FOR_ALL = "ForAllValues:";
    private static final String FOR_ANY = "ForAnyValue:";

    /** Operators whose values no known key has: they say something of keys that are surely absent only. */
    private static final Set<String> OTHERS = Set.of(
            "BinaryEquals",
            "DateEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateNotEquals",
            "IpAddress",
            "NotIpAddress",
            "NumericEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericNotEquals");

    private final Situation situation;
    private final boolean variables;

    /** @param variables whether the policy's version knows policy variables */
    Conditions(Situation situation, boolean variables) {
        this.situation = situation;
        this.variables = variables;
    }

    /** Whether all conditions of a statement hold. */
    Truth hold(Statement statement) {
        if (!statement.has("Condition")) {
            return Truth.YES;
        }
        if (!(statement.json().get("Condition").orElse(Json.Nil.NULL) instanceof Json.Obj operators)) {
            return Truth.UNKNOWN;
        }
        List<Truth> truths = new ArrayList<>();
        for (Map.Entry<String, Json> operator : operators.fields().entrySet()) {
            if (operator.getValue() instanceof Json.Obj keys) {
                keys.fields()
                        .forEach((key, values) ->
                                truths.add(new Line(operator.getKey(), key, Statement.texts(values)).holds()));
            } else {
                truths.add(Truth.UNKNOWN);
            }
        }
        return Truth.all(truths);
    }

    /** One key under one operator. */
    private final class Line {
        private final String operator;
        private final boolean forAll;
        private final boolean forAny;
        private final boolean ifExists;
        private final boolean isNegated;
        private final String key;
        private final List<String> values;

        private Line(String word, String key, List<String> values) {
            this.forAll = word.startsWith(FOR_ALL);
            this.forAny = word.startsWith(FOR_ANY);
            String bare = word.substring(forAll ? FOR_ALL.length() : forAny ? FOR_ANY.length() : 0);
            this.ifExists = bare.endsWith(IF_EXISTS);
            this.operator = ifExists ? bare.substring(0, bare.length() - IF_EXISTS.length()) : bare;
            this.isNegated = operator.contains("Not");
            this.key = key;
            this.values = values;
        }

        private Truth holds() {
            Situation.Known known = situation.known(key);
            if (operator.equals("Null")) {
                return isAbsent(known.presence());
            } else if (!isKnown()) {
                return Truth.UNKNOWN;
            }
            return switch (known.presence()) {
                case ABSENT -> whereAbsent();
                case PRESENT -> of(known.values());
                case UNKNOWN -> of(known.values()).orElseUnknown(whereAbsent());
            };
        }

        private boolean isKnown() {
            return OTHERS.contains(operator)
                    || switch (operator) {
                        case "StringEquals",
                                "StringNotEquals",
                                "StringEqualsIgnoreCase",
                                "StringNotEqualsIgnoreCase",
                                "StringLike",
                                "StringNotLike",
                                "ArnEquals",
                                "ArnNotEquals",
                                "ArnLike",
                                "ArnNotLike",
                                "Bool" -> true;
                        default -> false;
                    };
        }

        private Truth isAbsent(Situation.Presence presence) {
            if (ifExists || forAll || forAny || presence == Situation.Presence.UNKNOWN) {
                return Truth.UNKNOWN;
            }
            boolean absent = presence == Situation.Presence.ABSENT;
            return Truth.of(values.stream().anyMatch(value -> value.equalsIgnoreCase("true") == absent));
        }

        private Truth whereAbsent() {
            return Truth.of(ifExists || forAll || (isNegated && !forAny));
        }

        private Truth of(List<Template> asked) {
            List<Truth> truths = asked.stream().map(this::compare).toList();
            if (forAll) {
                return Truth.all(truths);
            } else if (forAny) {
                return Truth.any(truths);
            }
            return Situation.isMultivalued(key) || truths.size() != 1 ? Truth.UNKNOWN : truths.get(0);
        }

        /** Whether a value of the request is to one of the policy's as the operator says; a negated one asks that it be so to none. */
        private Truth compare(Template asked) {
            Truth equal = Truth.any(
                    values.stream().map(value -> isEqual(value, asked)).toList());
            return isNegated ? equal.not() : equal;
        }

        private Truth isEqual(String value, Template asked) {
            if (OTHERS.contains(operator)) {
                return Truth.UNKNOWN;
            }
            boolean like = operator.endsWith("Like") || operator.startsWith("Arn");
            Template pattern = situation.pattern(value, like, variables);
            boolean anyCase = operator.endsWith("IgnoreCase") || operator.equals("Bool");
            Function<Template, Template> given = t -> anyCase ? t.lowerCase() : t;
            return operator.startsWith("Arn")
                    ? pattern.matchesArn(asked)
                    : given.apply(pattern).matches(given.apply(asked));
        }
    }
}
