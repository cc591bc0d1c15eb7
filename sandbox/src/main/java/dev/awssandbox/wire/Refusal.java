package dev.awssandbox.wire;

import java.util.List;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;

/** A call refused, with what every protocol says of it in its own way. */
final class Refusal extends RuntimeException {
    private final int status;
    private final String code;
    private final String text;
    private final transient SdkPojo members;

    Refusal(int status, String code, String text) {
        this(status, code, text, List::of);
    }

    private Refusal(int status, String code, String text, SdkPojo members) {
        super(code + ": " + text, null, false, false);
        this.status = status;
        this.code = code;
        this.text = text;
        this.members = members;
    }

    /** What a service refused with. */
    static Refusal of(AwsServiceException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        if (details == null || details.errorCode() == null) {
            throw new IllegalStateException("a service's exception without an error code", e);
        }
        String message = details.errorMessage() == null ? "" : details.errorMessage();
        return new Refusal(e.statusCode() == 0 ? 400 : e.statusCode(), details.errorCode(), message, e);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** The message as the caller reads it, without the code. */
    String text() {
        return text;
    }

    /** The error's own members, which JSON protocols send beside code and message. */
    SdkPojo members() {
        return members;
    }

    /** Whether the caller is to blame, not the service. */
    boolean byCaller() {
        return status < 500;
    }
}
