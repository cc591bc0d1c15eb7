package dev.awssandbox.iam;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One line of a statement's Condition block: an operator, a key, the values it is compared with.
 *
 * @param qualifier how the several values of a multivalued key are taken
 * @param ifExists it holds, too, where the request has no such key
 */
record Condition(Qualifier qualifier, Operator operator, boolean ifExists, String key, List<String> values) {
    /**
     * Keys of which a request has several values. Without a qualifier AWS leaves it undefined what they are compared with; then such a
     * condition is read so that it never allows more.
     */
    private static final Set<String> MULTIVALUED = Set.of(
            "aws:principalorgpaths",
            "aws:resourceorgpaths",
            "aws:tagkeys",
            "aws:calledvia",
            "kms:grantoperations",
            "kms:encryptioncontextkeys",
            "kms:resourcealiases");

    private static final String IF_EXISTS = "IfExists";

    Condition {
        values = List.copyOf(values);
    }

    enum Qualifier {
        NONE(""),
        FOR_ANY_VALUE("ForAnyValue:"),
        FOR_ALL_VALUES("ForAllValues:");

        private final String prefix;

        Qualifier(String prefix) {
            this.prefix = prefix;
        }

        private static Qualifier of(String word) {
            return word.startsWith(FOR_ANY_VALUE.prefix)
                    ? FOR_ANY_VALUE
                    : word.startsWith(FOR_ALL_VALUES.prefix) ? FOR_ALL_VALUES : NONE;
        }
    }

    /** @throws MalformedPolicy for an operator that the language does not have, or a value that it cannot compare */
    static Condition of(String operatorWord, String key, List<String> values) {
        Qualifier qualifier = Qualifier.of(operatorWord);
        String word = operatorWord.substring(qualifier.prefix.length());
        boolean ifExists = word.endsWith(IF_EXISTS);
        String bare = ifExists ? word.substring(0, word.length() - IF_EXISTS.length()) : word;
        Optional<Operator> operator =
                Operator.of(bare).filter(found -> found != Operator.NULL || (!ifExists && qualifier == Qualifier.NONE));
        if (operator.isEmpty()) {
            throw new MalformedPolicy("Invalid Condition type : " + operatorWord + ".");
        }
        if (!key.matches("[A-Za-z0-9-]+:.+")) {
            throw new MalformedPolicy("Conditions must be prefaced by a vendor, e.g., aws:SourceIp, not " + key + ".");
        }
        for (String value : values) {
            if (!Variables.areIn(value) && !operator.get().accepts(value)) {
                throw new MalformedPolicy("Invalid value \"" + value + "\" for " + operatorWord + " in Condition.");
            }
        }
        return new Condition(qualifier, operator.get(), ifExists, key, values);
    }

    /**
     * Whether the request meets it.
     *
     * @param allowing whether its statement allows, which decides how undefined cases are read
     */
    boolean holds(RequestContext context, boolean allowing) {
        List<String> asked = context.get(key);
        if (operator == Operator.NULL) {
            return values.stream().anyMatch(value -> Boolean.parseBoolean(value) == asked.isEmpty());
        }
        if (asked.isEmpty()) {
            return ifExists || isMetByNothing();
        }
        List<String> expected = values.stream()
                .flatMap(value -> Variables.replaced(value, context).stream())
                .map(value -> operator.takesWildcards() ? value : Wildcard.plain(value))
                .toList();
        if (expected.size() < values.size() && operator.isNegated()) {
            return !allowing;
        }
        return switch (qualifier) {
            case FOR_ANY_VALUE -> asked.stream().anyMatch(value -> operator.holds(expected, value));
            case FOR_ALL_VALUES -> asked.stream().allMatch(value -> operator.holds(expected, value));
            case NONE -> isMultivalued(asked) ? !allowing : operator.holds(expected, asked.get(0));
        };
    }

    private boolean isMultivalued(List<String> asked) {
        return asked.size() > 1 || MULTIVALUED.contains(key.toLowerCase(Locale.ROOT));
    }

    private boolean isMetByNothing() {
        return switch (qualifier) {
            case FOR_ANY_VALUE -> false;
            case FOR_ALL_VALUES -> true;
            case NONE -> operator.isNegated();
        };
    }
}
