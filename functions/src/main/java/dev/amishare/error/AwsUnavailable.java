package dev.amishare.error;

/** AWS throttles, fails or does not answer, beyond all retries: start again later. */
public final class AwsUnavailable extends AmiShareException {
    public AwsUnavailable(String message) {
        super(message);
    }

    public AwsUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
