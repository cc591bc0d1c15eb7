package dev.amishare.error;

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
}
