package dev.amishare.error;

import java.util.Optional;

/**
 * An error that an execution can end with. Its class name is the error's name in Step Functions; its message says what, where
 * (account, Region, resource), and what to do next.
 */
public abstract sealed class AmiShareException extends RuntimeException
        permits AttributesLost,
                AwsUnavailable,
                CopyFailed,
                InvalidRequest,
                KeyPolicyConflict,
                NotShareable,
                VerificationFailed {
    AmiShareException(String message) {
        super(message);
    }

    AmiShareException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * The same, without where in the code it came from. Step Functions carries an error's causes and stack traces along with its message:
     * whoever reads why an execution failed would have to look for the message among them.
     */
    public AmiShareException alone() {
        AmiShareException alone =
                named(getClass().getName(), String.valueOf(getMessage())).orElseThrow();
        alone.setStackTrace(new StackTraceElement[0]);
        return alone;
    }

    /** The error of this name, as a failed task of the state machine shows it; empty if it is none of ours. */
    public static Optional<AmiShareException> named(String error, String message) {
        return Optional.ofNullable(
                switch (error.substring(error.lastIndexOf('.') + 1)) {
                    case "AttributesLost" -> new AttributesLost(message);
                    case "AwsUnavailable" -> new AwsUnavailable(message);
                    case "CopyFailed" -> new CopyFailed(message);
                    case "InvalidRequest" -> new InvalidRequest(message);
                    case "KeyPolicyConflict" -> new KeyPolicyConflict(message);
                    case "NotShareable" -> new NotShareable(message);
                    case "VerificationFailed" -> new VerificationFailed(message);
                    default -> null;
                });
    }
}
