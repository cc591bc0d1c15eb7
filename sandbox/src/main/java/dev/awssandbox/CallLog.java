package dev.awssandbox;

import dev.awssandbox.kernel.Kernel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every API call that came over the wire, in the order in which they were answered: what a run really asked of AWS. */
public final class CallLog {
    private final Kernel kernel;
    private final List<Call> calls = new ArrayList<>();

    CallLog(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * One call.
     *
     * @param n its number, from 1
     * @param at when it was answered
     * @param caller the caller's ARN, or the access key id where that belongs to nobody
     * @param account the caller's account, empty where the access key id belongs to nobody
     * @param region as the credential scope names it
     * @param service as the credential scope names it, for example "states"
     * @param status the HTTP status of the answer, whether or not it reached the caller
     * @param error the error's code, null after success
     * @param function the name of the state whose function called, null for everybody else
     * @param invocation the request id of that function's invocation, null for everybody else
     */
    public record Call(
            long n,
            Instant at,
            String caller,
            String account,
            String region,
            String service,
            String action,
            int status,
            @Nullable String error,
            @Nullable String function,
            @Nullable String invocation) {}

    /** Appends a call, numbered and timed. */
    public void add(
            String caller,
            String account,
            String region,
            String service,
            String action,
            int status,
            @Nullable String error,
            @Nullable String function,
            @Nullable String invocation) {
        kernel.locked(() -> {
            calls.add(new Call(
                    calls.size() + 1L,
                    kernel.now(),
                    caller,
                    account,
                    region,
                    service,
                    action,
                    status,
                    error,
                    function,
                    invocation));
        });
    }

    /** How many calls there were so far. */
    public int size() {
        return kernel.locked(calls::size);
    }

    /** The calls so far, in order. */
    public List<Call> calls() {
        return kernel.locked(() -> List.copyOf(calls));
    }
}
