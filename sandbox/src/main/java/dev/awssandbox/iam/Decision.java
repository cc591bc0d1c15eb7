package dev.awssandbox.iam;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import org.jspecify.annotations.Nullable;

/**
 * What policies say to a request.
 *
 * @param explicitDeny a statement denies it, whatever others allow
 * @param reason as AWS words it after "because" (or "with", for an explicit deny); after success, the policy that allowed it
 * @param sid the statement that decided, by its Sid or else its index; null where none did
 */
public record Decision(boolean allowed, boolean explicitDeny, String reason, @Nullable String sid) {
    /** Why this is refused, as AWS words it in nearly all services. */
    public String refusal(Caller caller, Access access) {
        return "User: " + caller.arn() + " is not authorized to perform: " + access.action() + " on resource: "
                + access.resourceArn() + because();
    }

    /** The end of such a message: which kind of policy refused. */
    String because() {
        return (explicitDeny ? " with " : " because ") + reason;
    }
}
