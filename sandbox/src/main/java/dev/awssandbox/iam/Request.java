package dev.awssandbox.iam;

import dev.awssandbox.Caller;
import org.jspecify.annotations.Nullable;

/** What is asked of policies: a caller, or a service in its own name, wants to do something with something. */
record Request(
        @Nullable Caller caller, @Nullable String service, String action, String resource, RequestContext context) {
    static Request by(Caller caller, String action, String resource, RequestContext context) {
        return new Request(caller, null, action, resource, context);
    }

    /** A request of a service that acts for nobody, such as {@code lambda.amazonaws.com} assuming a function's role. */
    static Request byService(String service, String action, String resource, RequestContext context) {
        return new Request(null, service, action, resource, context);
    }
}
