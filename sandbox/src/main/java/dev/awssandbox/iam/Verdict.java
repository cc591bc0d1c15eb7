package dev.awssandbox.iam;

import org.jspecify.annotations.Nullable;

/**
 * What one policy says to a request.
 *
 * @param statement the Sid or index of the statement that decided; null where the policy is silent
 */
record Verdict(Outcome outcome, @Nullable String statement) {
    static final Verdict SILENT = new Verdict(Outcome.SILENT, null);

    /** The outcomes, strongest right first. */
    enum Outcome {
        /** Allowed to the session itself, whatever session policy it has. */
        ALLOWED_TO_SESSION,
        /** Allowed: to the identity, or to everybody. */
        ALLOWED,
        /** Allowed to the caller's account, whose identity policies must allow it, too. */
        ALLOWED_TO_ACCOUNT,
        /** Nothing said; so it is not allowed, unless another policy does. */
        SILENT,
        /** Denied, whatever others say. */
        DENIED
    }

    boolean isDenied() {
        return outcome == Outcome.DENIED;
    }

    boolean isSilent() {
        return outcome == Outcome.SILENT;
    }
}
