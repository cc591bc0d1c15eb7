package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.SplittableRandom;

/**
 * What an expression may look at.
 *
 * @param input what {@code $} names
 * @param context what {@code $$} names
 * @param random where MathRandom and UUID come from
 */
record Scope(JsonNode input, JsonNode context, SplittableRandom random) {
    Scope withInput(JsonNode other) {
        return new Scope(other, context, random);
    }
}
