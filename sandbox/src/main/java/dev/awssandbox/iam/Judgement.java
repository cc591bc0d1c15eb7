package dev.awssandbox.iam;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import org.jspecify.annotations.Nullable;

/**
 * One decision about an identity, kept so that what a role is allowed can be compared with what it used.
 *
 * @param statement the statement that decided, {@code POLICY#SID} or {@code POLICY#INDEX}; null where none did
 */
public record Judgement(Caller caller, Access access, Decision decision, @Nullable String statement) {}
