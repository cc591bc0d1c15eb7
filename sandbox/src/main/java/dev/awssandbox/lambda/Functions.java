package dev.awssandbox.lambda;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** Lambda: runs handlers out of their jars, as the service does. */
@SuppressWarnings({"DoNotCallSuggester", "unused"}) // a placeholder, replaced in the next commits
public final class Functions implements AutoCloseable {
    public Functions(Cloud cloud) {
        cloud.settings();
    }

    /** Where functions reach the sandbox ({@code AWS_ENDPOINT_URL}); to be told before the first invocation. */
    public void endpoint(URI endpoint) {
        throw new UnsupportedOperationException();
    }

    /** The service as {@code caller} sees it in {@code region}; its {@code invoke} waits, so it must not be called under the kernel's lock. */
    public LambdaClient client(Caller caller, String region) {
        throw new UnsupportedOperationException();
    }

    /** The API's Invoke, judged for {@code caller}; denials are thrown at once. For the wire, which waits for the answer outside of the kernel's lock. */
    public CompletableFuture<InvokeResponse> invoke(Caller caller, String region, InvokeRequest request) {
        throw new UnsupportedOperationException();
    }

    /** Makes a function. */
    public void create(FunctionSpec spec) {
        throw new UnsupportedOperationException();
    }

    /**
     * Invokes a function; {@code done} is called under the kernel's lock when it has ended, whatever has become of the caller meanwhile.
     *
     * @param function a name, {@code name:qualifier}, or an ARN with or without qualifier
     */
    public void invoke(String function, byte[] payload, Invocation.Source source, Consumer<InvocationResult> done) {
        throw new UnsupportedOperationException();
    }

    /** The invocation whose process calls with this access key. */
    public Optional<RunningFunction> byAccessKey(String accessKeyId) {
        return Optional.empty();
    }

    /** Takes an invocation's process away: it is answered no more, and who invoked it sees an error without a type. */
    public void kill(RunningFunction running) {
        throw new UnsupportedOperationException();
    }

    /** The lines that a function has logged so far. */
    public List<String> logs(String functionName) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
