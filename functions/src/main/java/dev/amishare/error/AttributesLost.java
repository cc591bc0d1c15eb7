package dev.amishare.error;

/** The shared image would differ from its source in more than it should; nothing of it was left behind. */
public final class AttributesLost extends AmiShareException {
    public AttributesLost(String message) {
        super(message);
    }

    public AttributesLost(String message, Throwable cause) {
        super(message, cause);
    }
}
