package dev.awssandbox.judge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/**
 * moto's server, with its Step Functions engine switched on, in a virtual environment of its own. It sends every invocation of a function
 * to the port named by {@code MOTO_PORT}: a door in this JVM, behind which the caller's own functions are.
 *
 * <p>The environment is made once, in the build directory, and made anew when the pinned requirements change.
 */
public final class Moto implements AutoCloseable {
    static {
        // The JDK reads these once, for all servers of a JVM: the sandbox's must not close connections that are kept
        // for later either.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", "3600");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
    }

    private static final Pattern INVOCATION = Pattern.compile("/2015-03-31/functions/([^/]+)/invocations");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LONGEST_EXECUTION = Duration.ofMinutes(5);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer door;
    private final Process process;
    private final URI endpoint;
    private final SfnClient client;
    private volatile Lambda lambda = (function, payload) -> {
        throw new IllegalStateException("no functions behind the door: " + function);
    };

    private Moto(Path environment, Path log, String account, Region region) throws IOException, InterruptedException {
        door = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        door.setExecutor(threads);
        door.createContext("/", this::invoke);
        door.start();
        int port = freePort();
        ProcessBuilder builder =
                new ProcessBuilder(environment.resolve("bin/python").toString(), "-m", "moto.server", "-p", "" + port);
        builder.environment().put("MOTO_PORT", "" + door.getAddress().getPort());
        builder.environment().put("MOTO_ACCOUNT_ID", account);
        process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        endpoint = URI.create("http://127.0.0.1:" + port);
        awaitReady(log);
        post("/moto-api/config", "{\"stepfunctions\": {\"execute_state_machine\": true}}");
        client = SfnClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(account, "secret")))
                .build();
    }

    /** What is behind the door. */
    public interface Lambda {
        Answer invoke(String function, byte[] payload);
    }

    /**
     * How a function answered.
     *
     * @param functionError as Invoke's header says it, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    public record Answer(byte[] payload, @Nullable String functionError) {}

    /**
     * Sets moto up, if need be, and starts it.
     *
     * @param directory where environment and log are kept
     * @param progress gets a line for each thing that takes time
     */
    public static Moto start(Path directory, String account, Region region, Consumer<String> progress)
            throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Path environment = directory.resolve("environment");
        install(environment, directory.resolve("requirements.txt"), progress);
        progress.accept("starting moto's server");
        return new Moto(environment, directory.resolve("moto.log"), account, region);
    }

    private static void install(Path environment, Path installed, Consumer<String> progress)
            throws IOException, InterruptedException {
        String wanted;
        try (InputStream resource = Objects.requireNonNull(Moto.class.getResourceAsStream("/moto/requirements.txt"))) {
            wanted = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
        Path marker = environment.resolve("installed.txt");
        if (Files.exists(marker) && Files.readString(marker).equals(wanted)) {
            return;
        }
        Files.writeString(installed, wanted);
        progress.accept("making a Python environment in " + environment);
        run("python3", "-m", "venv", "--clear", environment.toString());
        progress.accept("installing moto into it, half a minute or so");
        run(
                environment.resolve("bin/python").toString(),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "-r",
                installed.toString());
        Files.writeString(marker, wanted);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IllegalStateException("the cross-check needs Python 3 with venv and pip; this ended with status "
                    + status + ": " + String.join(" ", command));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady(Path log) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                post("/moto-api/reset", "");
                return;
            } catch (IOException e) {
                Thread.sleep(100); // until the server listens
            }
        }
        throw new IllegalStateException("moto's server did not start: " + Files.readString(log));
    }

    private void post(String path, String body) throws IOException, InterruptedException {
        http.send(
                HttpRequest.newBuilder(endpoint.resolve(path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    private void invoke(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8);
            Matcher matcher = INVOCATION.matcher(path);
            if (!matcher.matches()) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            Answer answer =
                    lambda.invoke(matcher.group(1), exchange.getRequestBody().readAllBytes());
            if (answer.functionError() != null) {
                exchange.getResponseHeaders().add("X-Amz-Function-Error", answer.functionError());
            }
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.payload().length);
            exchange.getResponseBody().write(answer.payload());
        }
    }

    /** From now on invocations go here. */
    public void functions(Lambda functions) {
        lambda = functions;
    }

    /** Forgets all machines and executions. */
    public void reset() throws IOException, InterruptedException {
        post("/moto-api/reset", "");
        post("/moto-api/config", "{\"stepfunctions\": {\"execute_state_machine\": true}}");
    }

    /** Step Functions as moto plays it. */
    public SfnClient client() {
        return client;
    }

    /** Waits until an execution has ended. */
    public List<String> transcript(String execution, Transcript.Style style) throws InterruptedException {
        long end = System.nanoTime() + LONGEST_EXECUTION.toNanos();
        DescribeExecutionResponse description = client.describeExecution(r -> r.executionArn(execution));
        while (description.status() == ExecutionStatus.RUNNING) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("moto's execution does not end: " + execution);
            }
            Thread.sleep(50); // moto tells nobody when an execution ends
            description = client.describeExecution(r -> r.executionArn(execution));
        }
        return Transcript.of(client, description, style);
    }

    @Override
    public void close() {
        client.close();
        process.destroy();
        door.stop(0);
        threads.shutdownNow();
    }
}
