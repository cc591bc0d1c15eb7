package dev.awssandbox.wire;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.awssandbox.Cloud;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The sandbox's one port: every service of AWS that it has, and {@code /_sandbox/}. */
public final class Server implements AutoCloseable {
    static {
        // Without it the JDK's server waits for a delayed acknowledgement, 40 ms a call.
        setUnlessSet("sun.net.httpserver.nodelay", "true");
        // A client that keeps a connection for later must not find it closed: SDK clients without retries would fail.
        setUnlessSet("sun.net.httpserver.idleInterval", "3600");
        setUnlessSet("sun.net.httpserver.maxIdleConnections", "10000");
    }

    private final HttpServer http;
    private final ExecutorService threads;
    private final Supplier<Cloud> clouds;
    private final Dispatcher dispatcher;
    private final Control control;

    private Server(HttpServer http, Supplier<Cloud> clouds, Runnable reset, Dispatcher.Cores cores) {
        this.http = http;
        this.clouds = clouds;
        this.dispatcher = new Dispatcher(cores);
        this.control = new Control(clouds, reset);
        this.threads = Executors.newCachedThreadPool(body -> {
            Thread thread = new Thread(body, "sandbox-http");
            thread.setDaemon(true);
            return thread;
        });
        http.setExecutor(threads);
        http.createContext("/", this::handle);
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
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            Server server = new Server(HttpServer.create(address, 1024), clouds, reset, cores);
            server.http.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + port + ": " + e.getMessage(), e);
        }
    }

    /** Where it listens. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    }

    /** The callers still waiting find their connections closed. */
    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) {
        try (exchange) {
            Answer answer = answer(read(exchange));
            if (answer != null) {
                write(exchange, answer);
            }
        } catch (IOException e) {
            // The caller has gone away; nobody is left to tell.
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            throw e;
        }
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

    private static Request read(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        URI uri = exchange.getRequestURI();
        return new Request(
                exchange.getRequestMethod(),
                uri.getRawPath(),
                uri.getRawQuery() == null ? "" : uri.getRawQuery(),
                headers,
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    private static void write(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        if ("close".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Connection"))) {
            // The JDK's server closes the connection, as it was asked to, but does not say so: Java's client would keep
            // it for the next
            // call, which then finds it closed.
            exchange.getResponseHeaders().set("Connection", "close");
        }
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
