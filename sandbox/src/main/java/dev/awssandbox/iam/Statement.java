package dev.awssandbox.iam;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement of a policy.
 *
 * @param index its place in the document, from 0
 * @param principals null in identity policies
 * @param sparing the principals are those of NotPrincipal
 * @param butActions the actions are those of NotAction
 * @param butResources the resources are those of NotResource
 */
record Statement(
        int index,
        @Nullable String sid,
        boolean allows,
        @Nullable Principals principals,
        boolean sparing,
        List<String> actions,
        boolean butActions,
        List<String> resources,
        boolean butResources,
        List<Condition> conditions) {
    Statement {
        actions = List.copyOf(actions);
        resources = List.copyOf(resources);
        conditions = List.copyOf(conditions);
    }

    /** Its Sid, or else its index. */
    String name() {
        return sid == null || sid.isEmpty() ? Integer.toString(index) : sid;
    }

    /** A key policy written before August 2025 may hold statements without actions or resources: they say nothing (aws-facts 0, 4.5). */
    boolean isInert() {
        return actions.isEmpty() || resources.isEmpty();
    }
}
