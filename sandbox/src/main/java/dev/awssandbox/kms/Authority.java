package dev.awssandbox.kms;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.Decision;
import dev.awssandbox.iam.PolicyDocument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KmsException;

/**
 * Who may do what with a key. Within the key's account its policy decides, alone or by leaving it to the account's identity policies;
 * across accounts key policy and identity policy must both allow, and only what AWS lists works at all; a grant may stand in for both. A
 * deny anywhere wins (aws-facts 4.1 to 4.4, 12.9).
 */
final class Authority {
    private static final Set<String> CRYPTOGRAPHIC = Set.of(
            "Decrypt",
            "DeriveSharedSecret",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateMac",
            "ReEncryptFrom",
            "ReEncryptTo",
            "Sign",
            "Verify",
            "VerifyMac");

    /** What needs a symmetric key, beside {@code Encrypt} and {@code Decrypt}, which some asymmetric ones can, too. */
    private static final Set<String> SYMMETRIC_ONLY =
            Set.of("GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair");

    /** What works across accounts beside cryptography (aws-facts 4.1); everything else is refused there, whatever policies say. */
    private static final Set<String> ACROSS_ACCOUNTS = Set.of(
            "CreateGrant",
            "DescribeKey",
            "GetKeyRotationStatus",
            "GetPublicKey",
            "ListGrants",
            "RetireGrant",
            "RevokeGrant");

    private static final Set<String> KNOW_OF_AWS_RESOURCES = Set.of("CreateGrant", "ListGrants", "RevokeGrant");

    private final Cloud cloud;
    private final KeyRing ring;
    private final KeyTrail trail;

    Authority(Cloud cloud, KeyRing ring) {
        this.cloud = cloud;
        this.ring = ring;
        this.trail = new KeyTrail(cloud);
    }

    /**
     * Why this use of {@code key} is refused, if it is; recorded in both accounts' trails where it crosses them.
     *
     * @param more condition keys that only this operation has
     */
    Optional<KmsException> refusal(KeyUse use, Key key, Map<String, List<String>> more) {
        Optional<KmsException> refusal = denial(use, key, more).or(() -> hindrance(use.operation(), key));
        if (isAcross(use.caller(), key)) {
            trail.record(use, key, refusal);
        }
        return refusal;
    }

    /** Whether {@code policy}, were it the key's, would let the caller change it again. What RAM's policy says does not count (aws-facts 0). */
    boolean keepsControl(Caller caller, Key key, PolicyDocument policy) {
        KeyUse use = direct(caller, key, "PutKeyPolicy");
        return cloud.iam().wouldAllow(caller, access(use, key, Map.of()), key.account(), policy);
    }

    /** A call that the caller makes itself: through no service, and so for no AWS resource. */
    static KeyUse direct(Caller caller, Key key, String operation) {
        return new KeyUse(caller, key.place().region(), key.arn(), operation, null, false, Map.of());
    }

    private Optional<KmsException> denial(KeyUse use, Key key, Map<String, List<String>> more) {
        Access access = access(use, key, more);
        if (isAcross(use.caller(), key)
                && !CRYPTOGRAPHIC.contains(use.operation())
                && !ACROSS_ACCOUNTS.contains(use.operation())) {
            return denied(new Decision(false, false, noResourcePolicy(access), null), use, access);
        }
        Decision decision = cloud.iam()
                .decide(
                        use.caller(),
                        access,
                        key.account(),
                        key.allPolicies(cloud.kernel().now()));
        if (decision.allowed() || (!decision.explicitDeny() && isGranted(use, key, access, more))) {
            return Optional.empty();
        }
        return denied(decision, use, access);
    }

    private static String noResourcePolicy(Access access) {
        return "no resource-based policy allows the " + access.action() + " action";
    }

    private static Optional<KmsException> denied(Decision decision, KeyUse use, Access access) {
        return Optional.of(Errors.accessDenied(decision.refusal(use.caller(), access)));
    }

    /**
     * Whether a grant allows it. One to a whole account needs that account's identity policies beside; one to a role or a session needs
     * none, in its own account or another: that is why service-linked roles need them (aws-facts 4.4).
     */
    private boolean isGranted(KeyUse use, Key key, Access access, Map<String, List<String>> more) {
        return key.grants().values().stream()
                .filter(grant -> grant.covers(use.operation(), use.encryptionContext()))
                .filter(grant -> !use.operation().equals("CreateGrant") || mayPassOn(grant, more))
                .anyMatch(grant -> isGrantee(grant, use.caller(), access));
    }

    /** A new grant made by a grantee may not give more than it has. Constrained ones are not passed on at all: the stricter reading. */
    private static boolean mayPassOn(Grant grant, Map<String, List<String>> more) {
        return grant.subset() == null
                && grant.exact() == null
                && grant.coversAll(Set.copyOf(more.getOrDefault("kms:GrantOperations", List.of())));
    }

    private boolean isGrantee(Grant grant, Caller caller, Access access) {
        String grantee = grant.grantee();
        if (grantee.equals("arn:aws:iam::" + caller.account() + ":root")) {
            return cloud.iam().decide(caller, access).allowed();
        }
        return grantee.equals(caller.arn()) || caller.userId().startsWith(grantee + ":");
    }

    /** What the key itself does not permit, whoever asks. */
    private Optional<KmsException> hindrance(String operation, Key key) {
        boolean use = CRYPTOGRAPHIC.contains(operation) || operation.equals("CreateGrant");
        if (use && key.state() == KeyState.DISABLED) {
            return Optional.of(Errors.disabled(key.arn() + " is disabled."));
        }
        if (use && key.state() == KeyState.PENDING_DELETION) {
            return Optional.of(Errors.invalidState(key.arn() + " is pending deletion."));
        }
        if (use && key.state() == KeyState.PENDING_IMPORT) {
            return Optional.of(Errors.invalidState(key.arn() + " is pending import."));
        }
        if (SYMMETRIC_ONLY.contains(operation) && !key.shape().isSymmetric()) {
            return Optional.of(Errors.invalidKeyUsage(
                    key.arn() + " key usage is " + key.shape().usage() + " which is not valid for " + operation + "."));
        }
        return Optional.empty();
    }

    private static boolean isAcross(Caller caller, Key key) {
        return !caller.account().equals(key.account());
    }

    private Access access(KeyUse use, Key key, Map<String, List<String>> more) {
        Map<String, List<String>> keys = new LinkedHashMap<>(keysOf(key));
        keys.put("kms:CallerAccount", List.of(use.caller().account()));
        keys.put("aws:RequestedRegion", List.of(use.region()));
        String service = use.viaService();
        if (service != null) {
            // A service calls from its own network, not from the user's (aws-facts 11).
            keys.put("aws:SourceIp", List.of());
            keys.put("aws:ViaAWSService", List.of("true"));
            keys.put("aws:CalledVia", List.of(service.replaceFirst("\\..*", "") + ".amazonaws.com"));
            keys.put("kms:ViaService", List.of(service));
        }
        if (KNOW_OF_AWS_RESOURCES.contains(use.operation())) {
            keys.put("kms:GrantIsForAWSResource", List.of(Boolean.toString(use.grantForAwsResource())));
        }
        if (!use.encryptionContext().isEmpty()) {
            use.encryptionContext().forEach((name, value) -> keys.put("kms:EncryptionContext:" + name, List.of(value)));
            keys.put(
                    "kms:EncryptionContextKeys",
                    List.copyOf(use.encryptionContext().keySet()));
        }
        keys.putAll(more);
        return new Access("kms:" + use.operation(), key.arn(), keys);
    }

    private Map<String, List<String>> keysOf(Key key) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("kms:KeySpec", List.of(key.shape().spec().toString()));
        keys.put("kms:KeyUsage", List.of(key.shape().usage().toString()));
        keys.put("kms:KeyOrigin", List.of(key.shape().origin().toString()));
        keys.put("kms:MultiRegion", List.of(Boolean.toString(key.shape().multiRegion())));
        keys.put("kms:ResourceAliases", ring.aliasesOf(key));
        keys.put("aws:ResourceAccount", List.of(key.account()));
        cloud.organization().of(key.account()).ifPresent(member -> {
            keys.put("aws:ResourceOrgID", List.of(member.organizationId()));
            keys.put("aws:ResourceOrgPaths", List.of(member.path()));
        });
        key.tags().forEach((name, value) -> keys.put("aws:ResourceTag/" + name, List.of(value)));
        return keys;
    }
}
