package dev.amishare.error;

/** The request is well formed, but AWS, the boundary or somebody's policy forbids it: change what the message names, or ask for less. */
public final class NotShareable extends AmiShareException {
    public NotShareable(String message) {
        super(message);
    }

    public NotShareable(String message, Throwable cause) {
        super(message, cause);
    }
}
