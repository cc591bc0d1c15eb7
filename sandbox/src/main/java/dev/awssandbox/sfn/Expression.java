package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** A value that is known only when its state runs: a path, an intrinsic function, or a text that stands for itself. */
interface Expression {
    /**
     * The value now.
     *
     * @throws Path.NotFound if a path leads nowhere
     * @throws StatesError if an intrinsic function fails
     */
    JsonNode evaluate(Scope scope);

    /**
     * A path or an intrinsic function.
     *
     * @throws IllegalArgumentException saying what is not understood
     */
    static Expression parse(String text) {
        return text.startsWith("$") ? Path.parse(text) : Intrinsic.parse(text);
    }

    /** A text that stands for itself. */
    static Expression literal(String text) {
        TextNode node = TextNode.valueOf(text);
        return scope -> node;
    }
}
