package dev.amishare.keypolicy;

import java.util.ArrayList;
import java.util.List;

/**
 * A string of which some parts may be anything: a pattern that a policy compares with, or a value that is only partly known.
 *
 * @param tokens characters, {@link #ONE} and {@link #ANY}
 * @param isVague whether {@code ANY} also stands for what this pattern surely says, but nobody knows here: the value of a policy
 *     variable. Such a pattern may exclude a value, but never surely matches one
 */
record Template(List<Integer> tokens, boolean isVague) {
    /** Any one character. */
    static final int ONE = -1;

    /** Any characters, or none. */
    static final int ANY = -2;

    /** What IAM compares one by one in an ARN; the last takes the rest. */
    private static final int ARN_PARTS = 6;

    Template {
        tokens = List.copyOf(tokens);
    }

    /** Exactly this. */
    static Template exactly(String text) {
        return new Template(text.chars().boxed().toList(), false);
    }

    /** A partly known value: {@code *} and {@code ?} are what is not known of it. */
    static Template like(String text) {
        return new Template(
                text.chars()
                        .map(c -> c == '*' ? ANY : c == '?' ? ONE : c)
                        .boxed()
                        .toList(),
                false);
    }

    /** Whether a value is fully known. */
    boolean isExact() {
        return !tokens.contains(ANY) && !tokens.contains(ONE);
    }

    /** The same in lower case, for comparisons without regard to it. */
    Template lowerCase() {
        return new Template(
                tokens.stream()
                        .map(t -> t < 0 ? t : (Integer) Character.toLowerCase((int) t))
                        .toList(),
                isVague);
    }

    /** Whether this pattern matches {@code value}. */
    Truth matches(Template value) {
        if (!meets(value)) {
            return Truth.NO;
        }
        return !isVague && covers(value) ? Truth.YES : Truth.UNKNOWN;
    }

    /**
     * As {@link #matches} for the Arn operators, which compare the six parts of an ARN one by one, so that no wildcard reaches over a
     * colon (IAM User Guide, condition operators). What AWS makes of a pattern with fewer parts is not documented.
     */
    Truth matchesArn(Template value) {
        List<Template> patterns = parts();
        List<Template> values = value.parts();
        if (patterns.size() < ARN_PARTS || values.size() < ARN_PARTS) {
            return matches(value) == Truth.NO ? Truth.NO : Truth.UNKNOWN;
        }
        List<Truth> truths = new ArrayList<>();
        for (int i = 0; i < ARN_PARTS; i++) {
            truths.add(patterns.get(i).matches(values.get(i)));
        }
        return Truth.all(truths);
    }

    private List<Template> parts() {
        List<Template> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < tokens.size() && parts.size() < ARN_PARTS - 1; i++) {
            if (tokens.get(i) == ':') {
                parts.add(new Template(tokens.subList(from, i), isVague));
                from = i + 1;
            }
        }
        parts.add(new Template(tokens.subList(from, tokens.size()), isVague));
        return parts;
    }

    /** Whether whatever {@code value} may be matches: its unknown parts must fall into wildcards as wide. */
    private boolean covers(Template value) {
        boolean[] reached = new boolean[value.tokens.size() + 1];
        reached[0] = true;
        for (int token : tokens) {
            boolean[] next = new boolean[reached.length];
            for (int j = 0; j < reached.length; j++) {
                if (token == ANY) {
                    next[j] = reached[j] || (j > 0 && next[j - 1]);
                } else if (j > 0 && reached[j - 1]) {
                    int there = value.tokens.get(j - 1);
                    next[j] = token == there || (token == ONE && there != ANY);
                }
            }
            reached = next;
        }
        return reached[reached.length - 1];
    }

    /** Whether there is a string that both may be. */
    private boolean meets(Template value) {
        boolean[] reached = new boolean[value.tokens.size() + 1];
        reached[0] = true;
        passUnknown(reached, value);
        for (int token : tokens) {
            boolean[] next = new boolean[reached.length];
            for (int j = 0; j < reached.length; j++) {
                boolean stays = reached[j] && (token == ANY || (j > 0 && value.tokens.get(j - 1) == ANY));
                boolean both = j > 0 && (token == ANY ? next[j - 1] : reached[j - 1] && same(token, value, j - 1));
                next[j] = stays || both;
            }
            passUnknown(next, value);
            reached = next;
        }
        return reached[reached.length - 1];
    }

    private static boolean same(int token, Template value, int at) {
        int there = value.tokens.get(at);
        return token == there || token == ONE || there == ONE || there == ANY;
    }

    /** An unknown part of the value may be empty. */
    private static void passUnknown(boolean[] reached, Template value) {
        for (int j = 1; j < reached.length; j++) {
            reached[j] |= reached[j - 1] && value.tokens.get(j - 1) == ANY;
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int token : tokens) {
            text.append(token == ANY ? "*" : token == ONE ? "?" : String.valueOf((char) token));
        }
        return text.toString();
    }
}
