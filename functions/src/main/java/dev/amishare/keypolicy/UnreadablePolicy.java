package dev.amishare.keypolicy;

/** A text that is no key policy. */
public final class UnreadablePolicy extends RuntimeException {
    UnreadablePolicy(String message) {
        super("the key policy cannot be read: " + message);
    }

    UnreadablePolicy(String message, Throwable cause) {
        super("the key policy cannot be read: " + message, cause);
    }
}
