package dev.awssandbox.ec2;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One call: who makes it, and where. */
record Call(Ec2 ec2, Cloud cloud, Caller caller, String region) {
    /** How long what takes "a moment" takes: a new image becoming available, an instance starting. */
    static final Duration MOMENT = Duration.ofSeconds(2);

    String account() {
        return caller.account();
    }

    RegionStore store() {
        return ec2.store(region);
    }

    AccountSettings.State settings() {
        return store().settings(account());
    }

    Instant now() {
        return cloud.kernel().now();
    }

    /** A new id: the prefix and seventeen digits. */
    String newId(String prefix) {
        return ec2.newId(prefix);
    }

    /** The permissions that {@code action} needs, to be named one by one. */
    Permit permit(String action) {
        return new Permit(this, action);
    }

    /** Ends a dry run; to be called when everything that is judged before the answer has been judged. */
    void endDryRun(@Nullable Boolean dryRun) {
        if (Boolean.TRUE.equals(dryRun)) {
            throw Errors.dryRun();
        }
    }

    /** The same token and request get the same answer; the same token with another request is an error. */
    <T> T once(String action, @Nullable String token, Object request, Class<T> type, Supplier<T> body) {
        if (token == null || token.isEmpty()) {
            return body.get();
        }
        String key = account() + " " + action + " " + token;
        RegionStore.Answered earlier = store().answered().get(key);
        if (earlier == null) {
            T response = body.get();
            store().answered().put(key, new RegionStore.Answered(request, response));
            return response;
        }
        if (!earlier.request().equals(request)) {
            throw Errors.of(
                    "IdempotentParameterMismatch",
                    "The client token '" + token + "' was used with other parameters before.");
        }
        return type.cast(earlier.response());
    }
}
