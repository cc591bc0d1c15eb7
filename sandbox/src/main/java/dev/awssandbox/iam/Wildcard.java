package dev.awssandbox.iam;

/**
 * Matching as policies do it: {@code *} is any text, {@code ?} any one character. A character behind {@link #LITERAL} stands for itself:
 * that is what the policy variables <code>${*}</code>, <code>${?}</code> and <code>${$}</code> become.
 */
final class Wildcard {
    private static final int ARN_PARTS = 6;
    /** Unicode's noncharacter, which no text of a policy holds. */
    private static final char LITERAL = '\uFDD0';

    private Wildcard() {}

    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resumeAt = 0;
        while (t < text.length()) {
            boolean literal = p + 1 < pattern.length() && pattern.charAt(p) == LITERAL;
            if (literal && pattern.charAt(p + 1) == text.charAt(t)) {
                p += 2;
                t++;
            } else if (!literal && p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resumeAt = t;
            } else if (!literal
                    && p < pattern.length()
                    && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resumeAt;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** Each of the six parts by itself, so that a wildcard never reaches over a colon; the last part holds all the rest. */
    static boolean matchesArn(String pattern, String arn) {
        if (pattern.equals("*")) {
            return true;
        }
        String[] patterns = pattern.split(":", ARN_PARTS);
        String[] parts = arn.split(":", ARN_PARTS);
        if (patterns.length != ARN_PARTS || parts.length != ARN_PARTS) {
            return false;
        }
        for (int i = 0; i < ARN_PARTS; i++) {
            if (!matches(patterns[i], parts[i])) {
                return false;
            }
        }
        return true;
    }

    /** A pattern that only {@code text} itself matches. */
    static String literal(char text) {
        return "" + LITERAL + text;
    }

    /** The pattern as those read it who know no wildcards. */
    static String plain(String pattern) {
        return pattern.replace(String.valueOf(LITERAL), "");
    }
}
