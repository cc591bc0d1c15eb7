package dev.awssandbox.iam;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Policy variables: <code>${aws:username}</code>, with a default as <code>${aws:username, 'nobody'}</code>; and <code>${*}</code>,
 * <code>${?}</code>, <code>${$}</code>, which are the characters themselves, not wildcards (IAM User Guide, policy elements: variables).
 */
final class Variables {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^,}]+)(?:,\\s*'([^']*)')?\\}");

    private Variables() {}

    static boolean areIn(String text) {
        return text.contains("${");
    }

    /** The text with its variables filled in, as a pattern of {@link Wildcard}; empty where the request has no value for one. */
    static Optional<String> replaced(String text, RequestContext context) {
        if (!areIn(text)) {
            return Optional.of(text);
        }
        StringBuilder result = new StringBuilder();
        Matcher matcher = VARIABLE.matcher(text);
        while (matcher.find()) {
            Optional<String> value = valueOf(matcher, context);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            matcher.appendReplacement(result, Matcher.quoteReplacement(value.get()));
        }
        return Optional.of(matcher.appendTail(result).toString());
    }

    private static Optional<String> valueOf(Matcher matcher, RequestContext context) {
        String name = matcher.group(1);
        if (name.equals("*") || name.equals("?") || name.equals("$")) {
            return Optional.of(Wildcard.literal(name.charAt(0)));
        }
        List<String> values = context.get(name);
        return values.size() == 1 ? Optional.of(values.get(0)) : Optional.ofNullable(matcher.group(2));
    }
}
