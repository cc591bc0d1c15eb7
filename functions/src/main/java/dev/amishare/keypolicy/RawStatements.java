package dev.amishare.keypolicy;

import dev.amishare.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the statements of a policy out of its text, each exactly as it was written: blanks, escapes and all. A writer that only
 * understood them could change them: KMS takes {@code \}{@code u20ac}, but not the character itself.
 */
final class RawStatements {
    private final String text;
    private int at;

    private RawStatements(String text) {
        this.text = text;
    }

    /** The statements of {@code policy}, which is known to be a JSON object. */
    static List<String> of(String policy) {
        return new RawStatements(policy).read();
    }

    private List<String> read() {
        List<String> statements = new ArrayList<>();
        enter();
        while (!leaving('}')) {
            String name = value();
            enter(); // the colon
            skipBlanks();
            if (!Json.parse(name).equals(Json.of("Statement"))) {
                value();
            } else if (text.charAt(at) == '[') {
                enter();
                while (!leaving(']')) {
                    statements.add(value());
                }
            } else {
                statements.add(value());
            }
        }
        return statements;
    }

    private void enter() {
        skipBlanks();
        at++;
    }

    /** Whether the object or list ends here; else the comma is behind us, if there was one. */
    private boolean leaving(char end) {
        skipBlanks();
        if (text.charAt(at) == ',') {
            enter();
            skipBlanks();
        }
        if (text.charAt(at) == end) {
            at++;
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        while (" \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** One value, up to what follows it. */
    private String value() {
        int start = at;
        int depth = 0;
        do {
            switch (text.charAt(at)) {
                case '"' -> skipString();
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {}
            }
            at++;
        } while (depth > 0 || ",:]} \t\r\n".indexOf(text.charAt(at)) < 0);
        return text.substring(start, at);
    }

    /** From the opening quote to the closing one. */
    private void skipString() {
        at++;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
    }
}
