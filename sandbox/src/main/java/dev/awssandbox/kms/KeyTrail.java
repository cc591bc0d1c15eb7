package dev.awssandbox.kms;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.services.kms.model.KmsException;

/**
 * What CloudTrail keeps of the use of a key across accounts: the caller's account sees who it was, the owner's only from which account
 * it came.
 */
final class KeyTrail {
    private static final Set<String> CHANGING = Set.of("CreateGrant", "RevokeGrant", "RetireGrant");

    private final Cloud cloud;

    KeyTrail(Cloud cloud) {
        this.cloud = cloud;
    }

    void record(KeyUse use, Key key, Optional<KmsException> refusal) {
        ObjectNode event = event(use, key, refusal);
        event.put(
                "sharedEventID", String.format("%016x", cloud.kernel().random().nextLong()));
        ObjectNode ownersEvent = event.deepCopy();
        event.set("userIdentity", identity(use));
        ownersEvent.set("userIdentity", account(use));
        cloud.trail().add(use.caller().account(), event);
        cloud.trail().add(key.account(), ownersEvent);
    }

    private static ObjectNode event(KeyUse use, Key key, Optional<KmsException> refusal) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("eventSource", "kms.amazonaws.com");
        event.put("eventName", use.operation().startsWith("ReEncrypt") ? "ReEncrypt" : use.operation());
        event.put("awsRegion", use.region());
        event.put("sourceIPAddress", use.viaService() == null ? "127.0.0.1" : invoker(use.viaService()));
        ObjectNode parameters = event.putObject("requestParameters");
        parameters.put("keyId", key.arn());
        if (!use.encryptionContext().isEmpty()) {
            ObjectNode context = parameters.putObject("encryptionContext");
            new TreeMap<>(use.encryptionContext()).forEach(context::put);
        }
        refusal.ifPresent(error -> {
            String code = error.awsErrorDetails().errorCode();
            event.put("errorCode", code.equals("AccessDeniedException") ? "AccessDenied" : code);
            event.put("errorMessage", error.awsErrorDetails().errorMessage());
        });
        event.put("readOnly", !CHANGING.contains(use.operation()));
        event.putArray("resources")
                .addObject()
                .put("accountId", key.account())
                .put("type", "AWS::KMS::Key")
                .put("ARN", key.arn());
        event.put("eventType", "AwsApiCall");
        event.put("managementEvent", true);
        event.put("eventCategory", "Management");
        return event;
    }

    private static ObjectNode identity(KeyUse use) {
        Caller caller = use.caller();
        boolean session = caller.kind() == Caller.Kind.ROLE_SESSION;
        ObjectNode identity = JsonNodeFactory.instance.objectNode();
        identity.put("type", session ? "AssumedRole" : "IAMUser");
        identity.put("principalId", caller.userId());
        identity.put("arn", caller.arn());
        identity.put("accountId", caller.account());
        if (session) {
            identity.putObject("sessionContext")
                    .putObject("sessionIssuer")
                    .put("type", "Role")
                    .put("principalId", caller.userId().split(":", 2)[0])
                    .put("arn", caller.principalArn())
                    .put("accountId", caller.account());
        }
        return invokedBy(identity, use);
    }

    private static ObjectNode account(KeyUse use) {
        ObjectNode identity = JsonNodeFactory.instance.objectNode();
        identity.put("type", "AWSAccount");
        identity.put("principalId", use.caller().userId());
        identity.put("accountId", use.caller().account());
        return invokedBy(identity, use);
    }

    private static ObjectNode invokedBy(ObjectNode identity, KeyUse use) {
        if (use.viaService() != null) {
            identity.put("invokedBy", invoker(use.viaService()));
        }
        return identity;
    }

    /** {@code ec2.us-east-1.amazonaws.com} signs as {@code ec2.amazonaws.com}. */
    static String invoker(String viaService) {
        return viaService.replaceFirst("\\..*", "") + ".amazonaws.com";
    }
}
