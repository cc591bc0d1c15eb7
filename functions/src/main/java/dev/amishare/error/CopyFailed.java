package dev.amishare.error;

/** A copy of a snapshot or image could not be started or ended in an error: the message carries what AWS said about it. */
public final class CopyFailed extends AmiShareException {
    public CopyFailed(String message) {
        super(message);
    }

    public CopyFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
