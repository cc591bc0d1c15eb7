package dev.amishare.error;

/** Somebody else keeps overwriting the key policy: stop that, then start again. */
public final class KeyPolicyConflict extends AmiShareException {
    public KeyPolicyConflict(String message) {
        super(message);
    }

    public KeyPolicyConflict(String message, Throwable cause) {
        super(message, cause);
    }
}
