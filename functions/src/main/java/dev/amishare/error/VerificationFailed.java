package dev.amishare.error;

/** The share is in place but a target could not launch from it; what was new was undone. */
public final class VerificationFailed extends AmiShareException {
    public VerificationFailed(String message) {
        super(message);
    }

    public VerificationFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
