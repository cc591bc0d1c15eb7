package dev.awssandbox.kms;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.kms.model.AlreadyExistsException;
import software.amazon.awssdk.services.kms.model.DisabledException;
import software.amazon.awssdk.services.kms.model.DryRunOperationException;
import software.amazon.awssdk.services.kms.model.InvalidAliasNameException;
import software.amazon.awssdk.services.kms.model.InvalidArnException;
import software.amazon.awssdk.services.kms.model.InvalidKeyUsageException;
import software.amazon.awssdk.services.kms.model.InvalidMarkerException;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kms.model.LimitExceededException;
import software.amazon.awssdk.services.kms.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.awssdk.services.kms.model.TagException;

/** The errors of KMS, as its SDK client throws them. */
final class Errors {
    private static final int BAD_REQUEST = 400;

    private Errors() {}

    static KmsException accessDenied(String message) {
        return like(KmsException.builder(), "AccessDeniedException", message);
    }

    static KmsException validation(String message) {
        return like(KmsException.builder(), "ValidationException", message);
    }

    static KmsException throttled(String message) {
        return like(KmsException.builder(), "ThrottlingException", message);
    }

    static KmsException notFound(String message) {
        return like(NotFoundException.builder(), "NotFoundException", message);
    }

    static KmsException alreadyExists(String message) {
        return like(AlreadyExistsException.builder(), "AlreadyExistsException", message);
    }

    static KmsException disabled(String message) {
        return like(DisabledException.builder(), "DisabledException", message);
    }

    static KmsException invalidState(String message) {
        return like(KmsInvalidStateException.builder(), "KMSInvalidStateException", message);
    }

    static KmsException invalidKeyUsage(String message) {
        return like(InvalidKeyUsageException.builder(), "InvalidKeyUsageException", message);
    }

    static KmsException malformedPolicy(String message) {
        return like(MalformedPolicyDocumentException.builder(), "MalformedPolicyDocumentException", message);
    }

    static KmsException limitExceeded(String message) {
        return like(LimitExceededException.builder(), "LimitExceededException", message);
    }

    static KmsException invalidArn(String message) {
        return like(InvalidArnException.builder(), "InvalidArnException", message);
    }

    static KmsException invalidAliasName(String message) {
        return like(InvalidAliasNameException.builder(), "InvalidAliasNameException", message);
    }

    static KmsException invalidMarker(String message) {
        return like(InvalidMarkerException.builder(), "InvalidMarkerException", message);
    }

    static KmsException unsupported(String message) {
        return like(
                software.amazon.awssdk.services.kms.model.UnsupportedOperationException.builder(),
                "UnsupportedOperationException",
                message);
    }

    static KmsException tag(String message) {
        return like(TagException.builder(), "TagException", message);
    }

    static KmsException dryRun() {
        return like(
                DryRunOperationException.builder(),
                "DryRunOperationException",
                "The request would have succeeded, but the DryRun option is set.");
    }

    private static KmsException like(KmsException.Builder error, String code, String message) {
        error.awsErrorDetails(AwsErrorDetails.builder()
                .serviceName("Kms")
                .errorCode(code)
                .errorMessage(message)
                .build());
        error.message(message);
        error.statusCode(BAD_REQUEST);
        return (KmsException) error.build();
    }
}
