package dev.awssandbox.kms;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.InvalidPrincipal;
import dev.awssandbox.iam.MalformedPolicy;
import dev.awssandbox.iam.PolicyDocument;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What KMS asks of a key policy before it takes it (aws-facts 4.3, 4.5). */
final class KeyPolicyRules {
    private static final int MOST_BYTES = 32_768;

    private final Cloud cloud;
    private final Authority authority;

    KeyPolicyRules(Cloud cloud, Authority authority) {
        this.cloud = cloud;
        this.authority = authority;
    }

    /** The policy that delegates to the account: what a key has when its maker says nothing. */
    static String standard(String account) {
        return "{\"Version\":\"2012-10-17\",\"Id\":\"key-default-1\",\"Statement\":[{"
                + "\"Sid\":\"Enable IAM User Permissions\",\"Effect\":\"Allow\","
                + "\"Principal\":{\"AWS\":\"arn:aws:iam::" + account + ":root\"},"
                + "\"Action\":\"kms:*\",\"Resource\":\"*\"}]}";
    }

    /**
     * The policy as it is stored.
     *
     * @param bypassLockoutCheck take it even if the caller could not change it again
     */
    PolicyDocument accepted(@Nullable String text, Key key, Caller caller, boolean bypassLockoutCheck) {
        if (text == null || text.isEmpty()) {
            throw Errors.validation("1 validation error detected: Value null at 'policy' failed to satisfy constraint:"
                    + " Member must not be null");
        }
        requireCharacters(text);
        // The quota counts bytes; that it counts those of UTF-8 is UNVERIFIED (aws-facts 4.5) and the stricter reading.
        int size = text.getBytes(StandardCharsets.UTF_8).length;
        if (size > MOST_BYTES) {
            throw Errors.limitExceeded("The key policy has " + size + " bytes, more than the " + MOST_BYTES
                    + " that a key policy may have.");
        }
        PolicyDocument policy = stored(text);
        if (!bypassLockoutCheck && !authority.keepsControl(caller, key, policy)) {
            throw Errors.malformedPolicy(
                    "The new key policy will not allow you to update the key policy in the future.");
        }
        return policy;
    }

    /**
     * The policy as it is stored, taken without these rules: one that was written before KMS asked for actions and resources.
     *
     * @throws MalformedPolicy if it is none at all
     * @throws InvalidPrincipal where it names a principal that does not exist
     */
    PolicyDocument takenBefore(String text) {
        PolicyDocument given = PolicyDocument.parse(PolicyDocument.Kind.KEY, text);
        return PolicyDocument.of(PolicyDocument.Kind.KEY, cloud.iam().storedPolicy(given.json()));
    }

    /** Since 18 August 2025 every statement must say what it is about (aws-facts 0; the API reference still says that it need not). */
    private static void requireNothingInert(PolicyDocument policy) {
        if (policy.hasStatementWithoutActions()) {
            throw Errors.malformedPolicy("Policy statement must contain actions.");
        }
        if (policy.hasStatementWithoutResources()) {
            throw Errors.malformedPolicy("Policy statement must contain resources.");
        }
    }

    private static void requireCharacters(String text) {
        boolean allowed = text.chars().allMatch(c -> c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c <= 0xFF));
        if (!allowed) {
            throw Errors.validation(
                    "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member"
                            + " must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+");
        }
    }

    private PolicyDocument stored(String text) {
        try {
            PolicyDocument given = PolicyDocument.parse(PolicyDocument.Kind.KEY, text);
            requireNothingInert(given);
            if (given.hasForAllValuesOn("kms:EncryptionContext:")) {
                throw Errors.malformedPolicy("OverlyPermissiveCondition: ForAllValues holds for a request without any"
                        + " encryption context, so it cannot be used with kms:EncryptionContext.");
            }
            return PolicyDocument.of(PolicyDocument.Kind.KEY, cloud.iam().storedPolicy(given.json()));
        } catch (MalformedPolicy e) {
            throw Errors.malformedPolicy(e.why());
        } catch (InvalidPrincipal e) {
            throw Errors.malformedPolicy("Policy contains a statement with one or more invalid principals.");
        }
    }
}
