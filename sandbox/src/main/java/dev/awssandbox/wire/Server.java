package dev.awssandbox.wire;

import dev.awssandbox.Cloud;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The sandbox's one port: every service of AWS that it has, and {@code /_sandbox/}. */
public final class Server implements AutoCloseable {
    private final HttpPort port;
    private final Supplier<Cloud> clouds;
    private final Dispatcher dispatcher;
    private final Control control;

    private Server(int port, Supplier<Cloud> clouds, Runnable reset, Dispatcher.Cores cores) throws IOException {
        this.clouds = clouds;
        this.dispatcher = new Dispatcher(cores);
        this.control = new Control(clouds, reset);
        this.port = new HttpPort(port, this::answer);
    }

    /**
     * Listens on this machine only.
     *
     * @param port 0 for any that is free
     * @param clouds the cloud as it is now; another one after a reset
     * @param reset what {@code POST /_sandbox/reset} does
     */
    public static Server start(int port, Supplier<Cloud> clouds, Runnable reset) {
        return start(port, clouds, reset, Service::client);
    }

    static Server start(int port, Supplier<Cloud> clouds, Runnable reset, Dispatcher.Cores cores) {
        try {
            return new Server(port, clouds, reset, cores);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + port + ": " + e.getMessage(), e);
        }
    }

    /** Where it listens. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port.number());
    }

    /** The callers still waiting find their connections closed. */
    @Override
    public void close() {
        port.close();
    }

    /** Null where the connection is to be closed without an answer. */
    private @Nullable Answer answer(Request request) {
        if (request.path().startsWith("/_sandbox/")) {
            return control.answer(request);
        }
        Optional<CredentialScope> scope = CredentialScope.of(request);
        if (scope.isEmpty()) {
            return refuse(request, new Refusal(403, "MissingAuthenticationToken", "Missing Authentication Token"));
        }
        Optional<Service> service = Service.named(scope.get().service());
        if (service.isEmpty()) {
            String message = "The sandbox has no service " + scope.get().service();
            return refuse(request, new Refusal(400, "UnknownService", message));
        }
        try {
            Dispatcher.Outcome outcome = dispatcher.dispatch(clouds.get(), service.get(), scope.get(), request);
            Answer answer = outcome.answer().join();
            return outcome.reachesCaller() ? answer : null;
        } catch (Kernel.RunGone e) {
            return null;
        }
    }

    /** For a call of no service: in the form that the caller is likely to read. */
    private static Answer refuse(Request request, Refusal refusal) {
        Protocol protocol = request.header("x-amz-target") == null ? new Ec2Query() : new AwsJson("1.1", "", "", "");
        return protocol.refusal(refusal, "");
    }
}
