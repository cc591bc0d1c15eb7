package dev.awssandbox.iam;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.iam.model.DeleteConflictException;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.iam.model.LimitExceededException;
import software.amazon.awssdk.services.iam.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.UnmodifiableEntityException;
import software.amazon.awssdk.services.sts.model.StsException;

/** The errors of IAM and STS, as their SDK clients throw them. */
final class Errors {
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private Errors() {}

    static RuntimeException denied(String message) {
        return IamException.builder()
                .awsErrorDetails(details("Iam", "AccessDenied", message))
                .message(message)
                .statusCode(FORBIDDEN)
                .build();
    }

    static RuntimeException invalid(String message) {
        return IamException.builder()
                .awsErrorDetails(details("Iam", "ValidationError", message))
                .message(message)
                .statusCode(BAD_REQUEST)
                .build();
    }

    static RuntimeException noSuchEntity(String message) {
        return NoSuchEntityException.builder()
                .awsErrorDetails(details("Iam", "NoSuchEntity", message))
                .message(message)
                .statusCode(NOT_FOUND)
                .build();
    }

    static RuntimeException alreadyExists(String message) {
        return EntityAlreadyExistsException.builder()
                .awsErrorDetails(details("Iam", "EntityAlreadyExists", message))
                .message(message)
                .statusCode(CONFLICT)
                .build();
    }

    static RuntimeException deleteConflict(String message) {
        return DeleteConflictException.builder()
                .awsErrorDetails(details("Iam", "DeleteConflict", message))
                .message(message)
                .statusCode(CONFLICT)
                .build();
    }

    static RuntimeException limitExceeded(String message) {
        return LimitExceededException.builder()
                .awsErrorDetails(details("Iam", "LimitExceeded", message))
                .message(message)
                .statusCode(CONFLICT)
                .build();
    }

    static RuntimeException malformedPolicy(String message) {
        return MalformedPolicyDocumentException.builder()
                .awsErrorDetails(details("Iam", "MalformedPolicyDocument", message))
                .message(message)
                .statusCode(BAD_REQUEST)
                .build();
    }

    static RuntimeException unmodifiable(String message) {
        return UnmodifiableEntityException.builder()
                .awsErrorDetails(details("Iam", "UnmodifiableEntity", message))
                .message(message)
                .statusCode(BAD_REQUEST)
                .build();
    }

    static RuntimeException stsDenied(String message) {
        return StsException.builder()
                .awsErrorDetails(details("Sts", "AccessDenied", message))
                .message(message)
                .statusCode(FORBIDDEN)
                .build();
    }

    static RuntimeException stsInvalid(String message) {
        return StsException.builder()
                .awsErrorDetails(details("Sts", "ValidationError", message))
                .message(message)
                .statusCode(BAD_REQUEST)
                .build();
    }

    static RuntimeException stsMalformedPolicy(String message) {
        return software.amazon.awssdk.services.sts.model.MalformedPolicyDocumentException.builder()
                .awsErrorDetails(details("Sts", "MalformedPolicyDocument", message))
                .message(message)
                .statusCode(BAD_REQUEST)
                .build();
    }

    private static AwsErrorDetails details(String service, String code, String message) {
        return AwsErrorDetails.builder()
                .serviceName(service)
                .errorCode(code)
                .errorMessage(message)
                .build();
    }
}
