package dev.awssandbox.kms;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A grant on a key.
 *
 * @param grantee stored as policies store principals: a role by its unique id
 * @param retiring likewise
 * @param subset what the encryption context must at least hold; null without that constraint
 * @param exact what the encryption context must be; null without that constraint
 */
record Grant(
        String id,
        @Nullable String name,
        Instant created,
        String issuingAccount,
        String grantee,
        @Nullable String retiring,
        Set<String> operations,
        @Nullable Map<String, String> subset,
        @Nullable Map<String, String> exact) {

    /** Whether it is for this operation under this encryption context. Constraints bind only operations that have a context. */
    boolean covers(String operation, Map<String, String> encryptionContext) {
        if (!operations.contains(operation)) {
            return false;
        }
        if (operation.equals("DescribeKey") || operation.equals("RetireGrant")) {
            return true;
        }
        return (subset == null || encryptionContext.entrySet().containsAll(subset.entrySet()))
                && (exact == null || encryptionContext.equals(exact));
    }

    /** Whether a grant for {@code wanted} takes nothing that this one does not give. */
    boolean coversAll(Set<String> wanted) {
        return operations.containsAll(wanted);
    }

    boolean isLike(Grant other) {
        return grantee.equals(other.grantee)
                && operations.equals(other.operations)
                && java.util.Objects.equals(name, other.name)
                && java.util.Objects.equals(retiring, other.retiring)
                && java.util.Objects.equals(subset, other.subset)
                && java.util.Objects.equals(exact, other.exact);
    }
}
