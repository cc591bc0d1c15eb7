package dev.awssandbox.sfn;

import java.util.List;

/** A definition that the interpreter cannot run exactly as it is written. */
final class InvalidDefinition extends Exception {
    InvalidDefinition(List<String> faults) {
        super("Invalid State Machine Definition: '" + String.join(", ", faults) + "'");
    }
}
