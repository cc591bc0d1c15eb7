package dev.awssandbox.iam;

import org.jspecify.annotations.Nullable;

/**
 * What policies say to a request.
 *
 * @param explicitDeny a statement denies it, whatever others allow
 * @param reason as AWS words it after "because", or, after success, what allowed it
 * @param sid the statement that decided, by its Sid or else its index; null where none did
 */
public record Decision(boolean allowed, boolean explicitDeny, String reason, @Nullable String sid) {}
