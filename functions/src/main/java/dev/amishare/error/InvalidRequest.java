package dev.amishare.error;

/** The request itself is wrong: correct it and start again. The message has a line for each fault. */
public final class InvalidRequest extends AmiShareException {
    public InvalidRequest(String message) {
        super(message);
    }

    public InvalidRequest(String message, Throwable cause) {
        super(message, cause);
    }
}
