package dev.awssandbox.lambda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.Decision;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.RequestTooLargeException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/**
 * Lambda: runs handlers out of their jars, as the service does.
 *
 * <p>A function's processes ({@link ExecutionEnvironment}) are used again when they are idle; an invocation that finds none gets a new one.
 * Each has a session of the function's role, so that the access key of a call tells which invocation makes it. An invocation whose caller
 * has gone away runs on.
 */
public final class Functions implements AutoCloseable {
    private static final int PAYLOAD_LIMIT = 6_291_556;
    private static final int LINES_KEPT = 10_000;
    private static final Duration IDLE_FOR = Duration.ofMinutes(15);
    private static final String LATEST = "$LATEST";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Cloud cloud;
    private final Kernel kernel;
    private final ExecutorService threads;
    private final Map<String, Function> functions = new TreeMap<>();
    private final Map<String, ExecutionEnvironment> environments = new HashMap<>();
    private final Map<String, Started> started = new LinkedHashMap<>();

    public Functions(Cloud cloud) {
        this.cloud = cloud;
        this.kernel = cloud.kernel();
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "function");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * The service as {@code caller} sees it in {@code region}. Its {@code invoke} waits for the function, so it must not be called under the
     * kernel's lock.
     */
    public LambdaClient client(Caller caller, String region) {
        return new FunctionsClient(this, caller, region);
    }

    /** Makes a function. */
    public void create(FunctionSpec spec) {
        kernel.locked(() -> {
            if (functions.containsKey(spec.arn())) {
                throw error(
                        ResourceConflictException.class,
                        ResourceConflictException.builder(),
                        409,
                        "ResourceConflictException",
                        "Function already exist: " + spec.name());
            }
            String[] handler = spec.handler().split("::", -1);
            if (handler.length > 2 || (handler.length == 2 && !handler[1].equals("handleRequest"))) {
                throw invalid("the sandbox runs handlers of the form pkg.Class or pkg.Class::handleRequest, not "
                        + spec.handler());
            }
            if (!cloud.iam().serviceMayAssume(spec.roleArn(), "lambda.amazonaws.com")) {
                throw invalid("The role defined for the function cannot be assumed by Lambda.");
            }
            functions.put(spec.arn(), new Function(spec));
        });
    }

    /** Publishes what the function is now as its next version, and gives back the version's ARN. */
    public String publishVersion(String function) {
        return kernel.locked(() -> {
            Function found = find(function).function;
            found.versions++;
            return found.spec.arn() + ":" + found.versions;
        });
    }

    /** Points an alias at a version, and gives back the alias's ARN. */
    public String putAlias(String function, String alias, String version) {
        return kernel.locked(() -> {
            Function found = find(function).function;
            found.requireVersion(version);
            found.aliases.put(alias, version);
            return found.spec.arn() + ":" + alias;
        });
    }

    /**
     * Lets a principal outside of the function's account invoke it.
     *
     * @param principal an account's number, a principal's ARN, or a service
     */
    public void addPermission(String function, String principal) {
        kernel.locked(() -> {
            find(function).function.invokers.add(principal);
        });
    }

    /** What a function was made of. */
    public FunctionSpec describe(String function) {
        return kernel.locked(() -> find(function).function.spec);
    }

    /** All functions of an account and Region, by name. */
    public List<FunctionSpec> list(String account, String region) {
        return kernel.locked(() -> functions.values().stream()
                .map(f -> f.spec)
                .filter(s -> s.account().equals(account) && s.region().equals(region))
                .toList());
    }

    /** The lines that a function has logged so far: those of each invocation together, in the order in which they ended. */
    public List<String> logs(String function) {
        return kernel.locked(() -> List.copyOf(find(function).function.lines));
    }

    /** The invocation whose process calls with this access key. */
    public Optional<RunningFunction> byAccessKey(String accessKeyId) {
        return kernel.locked(() -> Optional.ofNullable(environments.get(accessKeyId))
                .filter(environment -> !environment.isIdle())
                .map(ExecutionEnvironment::running));
    }

    /**
     * Whoever calls with {@code accessKeyId} has assumed a role. If that is a process of a function, calls with the session's key are its
     * calls too, and wait for its turn as all others do.
     */
    public void assumed(String accessKeyId, String sessionAccessKeyId) {
        kernel.locked(() -> {
            ExecutionEnvironment environment = environments.get(accessKeyId);
            if (environment != null) {
                environments.put(sessionAccessKeyId, environment);
            }
        });
    }

    /** The invocations that are under way, in the order in which they began. */
    public List<RunningFunction> running() {
        return kernel.locked(() -> started.values().stream().map(s -> s.running).toList());
    }

    /**
     * Invokes a function; {@code done} is called under the kernel's lock when it has ended, whatever has become of the caller meanwhile.
     *
     * @param function a name, {@code name:qualifier}, or an ARN with or without qualifier
     */
    public void invoke(String function, byte[] payload, Invocation.Source source, Consumer<InvocationResult> done) {
        kernel.locked(() -> start(find(function), payload, source, done));
    }

    /**
     * As {@link #invoke(String, byte[], Invocation.Source, Consumer)}, judged for {@code caller}.
     *
     * @throws LambdaException {@code AccessDeniedException}, at once
     */
    public void invoke(
            Caller caller, String function, byte[] payload, Invocation.Source source, Consumer<InvocationResult> done) {
        kernel.locked(() -> {
            Qualified target = find(function);
            requireInvoke(caller, target);
            start(target, payload, source, done);
        });
    }

    /**
     * The API's Invoke, judged for {@code caller}: what is refused is thrown at once. For the wire, which waits for the answer outside of the
     * kernel's lock.
     */
    public CompletableFuture<InvokeResponse> invoke(Caller caller, String region, InvokeRequest request) {
        return kernel.locked(() -> {
            Qualified target = find(qualified(request, caller.account(), region));
            requireInvoke(caller, target);
            byte[] payload =
                    request.payload() == null ? new byte[0] : request.payload().asByteArray();
            requirePayload(payload);
            if (request.invocationType() == InvocationType.DRY_RUN) {
                return CompletableFuture.completedFuture(
                        InvokeResponse.builder().statusCode(204).build());
            }
            if (request.invocationType() == InvocationType.EVENT) {
                start(target, payload, Invocation.Source.DIRECT, result -> {});
                return CompletableFuture.completedFuture(
                        InvokeResponse.builder().statusCode(202).build());
            }
            boolean tail = request.logType() == LogType.TAIL;
            CompletableFuture<InvokeResponse> answer = new CompletableFuture<>();
            start(target, payload, Invocation.Source.DIRECT, result -> answer.complete(response(target, tail, result)));
            return answer;
        });
    }

    /** Takes an invocation's process away: it is answered no more, and whoever invoked it sees an error without a type. */
    public void kill(RunningFunction running) {
        kernel.locked(() -> {
            Started invocation = started.get(running.requestId());
            if (invocation != null) {
                abort(invocation, ErrorDocument.exited(running.requestId()));
            }
        });
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void start(Qualified target, byte[] payload, Invocation.Source source, Consumer<InvocationResult> done) {
        FunctionSpec spec = target.function.spec;
        String label = source.state() == null ? spec.name() : source.state();
        String requestId = new UUID(kernel.random().nextLong(), kernel.random().nextLong()).toString();
        ExecutionEnvironment environment = environment(target);
        Kernel.FunctionRun run = kernel.begin(label);
        RunningFunction running = new RunningFunction(run, label, spec.name(), requestId, source.execution());
        environment.busyWith(running);

        Duration limit = kernel.workingTime(spec.timeout());
        Instant deadline = kernel.now().plus(limit);
        FunctionOutput output = new FunctionOutput();
        Started invocation = new Started(target, running, output, done);
        started.put(requestId, invocation);
        invocation.timeout = kernel.after(limit, () -> {
            output.log("Task timed out");
            abort(invocation, ErrorDocument.timedOut(requestId, spec.timeout()));
        });
        HandlerContext context = new HandlerContext(spec, target.version, target.arn(), requestId, output, () ->
                (int) Math.max(0, Duration.between(kernel.now(), deadline).toMillis()));
        threads.execute(() -> {
            Outcome outcome = run(environment, payload, context);
            kernel.end(run, () -> {
                environment.idle(kernel.now());
                target.function.pool(target.version).push(environment);
                finish(invocation, outcome);
            });
        });
    }

    /** The process's part: on a thread of its own, without the lock. */
    @SuppressWarnings("CatchAndPrintStackTrace") // so does Lambda: the trace goes to the function's log
    private static Outcome run(ExecutionEnvironment environment, byte[] payload, HandlerContext context) {
        context.output().capture();
        try {
            byte[] written = environment.handle(payload, context);
            return written.length > PAYLOAD_LIMIT
                    ? Outcome.failed(ErrorDocument.responseTooLarge(PAYLOAD_LIMIT))
                    : new Outcome(written, null);
        } catch (Throwable thrown) {
            thrown.printStackTrace();
            return Outcome.failed(ErrorDocument.of(thrown));
        } finally {
            FunctionOutput.release();
        }
    }

    /** The invocation ends without its process having ended: the process is gone, and its further calls are not answered. */
    private void abort(Started invocation, byte[] error) {
        if (started.containsKey(invocation.running.requestId())) {
            kernel.kill(invocation.running.run());
            finish(invocation, Outcome.failed(error));
        }
    }

    private void finish(Started invocation, Outcome outcome) {
        started.remove(invocation.running.requestId());
        if (invocation.timeout != null) {
            kernel.cancel(invocation.timeout);
        }
        Deque<String> kept = invocation.target.function.lines;
        kept.addAll(invocation.output.lines());
        while (kept.size() > LINES_KEPT) {
            kept.removeFirst();
        }
        invocation.done.accept(new InvocationResult(outcome.payload, outcome.functionError, invocation.output.tail()));
    }

    private ExecutionEnvironment environment(Qualified target) {
        Deque<ExecutionEnvironment> pool = target.function.pool(target.version);
        Instant now = kernel.now();
        FunctionSpec spec = target.function.spec;
        pool.removeIf(idle -> {
            boolean stale = idle.idleSince().plus(IDLE_FOR).isBefore(now)
                    || idle.credentialsExpire()
                            .isBefore(
                                    now.plus(kernel.workingTime(spec.timeout())).plus(IDLE_FOR));
            if (stale) {
                environments.values().removeIf(environment -> environment == idle);
            }
            return stale;
        });
        ExecutionEnvironment idle = pool.poll();
        if (idle != null) {
            return idle;
        }
        ExecutionEnvironment fresh = new ExecutionEnvironment(
                spec, target.version, cloud.endpoint().toString(), cloud.iam().sessionOf(spec.roleArn(), spec.name()));
        environments.put(fresh.accessKeyId(), fresh);
        return fresh;
    }

    private void requireInvoke(Caller caller, Qualified target) {
        String action = "lambda:InvokeFunction";
        Decision decision = cloud.iam().decide(caller, Access.to(action, target.arn()));
        Function function = target.function;
        boolean own = caller.account().equals(function.spec.account());
        boolean invited = function.invokers.contains(caller.account())
                || function.invokers.contains("arn:aws:iam::" + caller.account() + ":root")
                || function.invokers.contains(caller.principalArn());
        boolean allowed = own ? decision.allowed() || invited : decision.allowed() && invited;
        if (decision.explicitDeny() || !allowed) {
            String why = decision.allowed()
                    ? "no resource-based policy allows the " + action + " action"
                    : decision.reason();
            throw denied(caller, action, target.arn(), why);
        }
    }

    /**
     * Judges a call that only identity policies decide.
     *
     * @throws LambdaException {@code AccessDeniedException}
     */
    void require(Caller caller, String action, String resource) {
        Decision decision = cloud.iam().decide(caller, Access.to(action, resource));
        if (!decision.allowed()) {
            throw denied(caller, action, resource, decision.reason());
        }
    }

    private static LambdaException denied(Caller caller, String action, String resource, String why) {
        String message = "User: " + caller.arn() + " is not authorized to perform: " + action + " on resource: "
                + resource + " because " + why;
        return error(LambdaException.class, LambdaException.builder(), 403, "AccessDeniedException", message);
    }

    private static void requirePayload(byte[] payload) {
        if (payload.length > PAYLOAD_LIMIT) {
            throw error(
                    RequestTooLargeException.class,
                    RequestTooLargeException.builder(),
                    413,
                    "RequestTooLargeException",
                    payload.length + " byte payload is too large for the RequestResponse invocation type (limit "
                            + PAYLOAD_LIMIT + " bytes)");
        }
        try {
            JSON.readTree(payload);
        } catch (JsonProcessingException e) {
            throw error(
                    InvalidRequestContentException.class,
                    InvalidRequestContentException.builder(),
                    400,
                    "InvalidRequestContentException",
                    "Could not parse request body into json: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InvokeResponse response(Qualified target, boolean tail, InvocationResult result) {
        InvokeResponse.Builder response = InvokeResponse.builder()
                .statusCode(200)
                .executedVersion(target.version)
                .functionError(result.functionError())
                .payload(SdkBytes.fromByteArray(result.payload()));
        if (tail) {
            response.logResult(
                    Base64.getEncoder().encodeToString(result.logTail().getBytes(StandardCharsets.UTF_8)));
        }
        return response.build();
    }

    private static String qualified(InvokeRequest request, String account, String region) {
        String arn = arn(request.functionName(), account, region);
        return request.qualifier() == null ? arn : arn + ":" + request.qualifier();
    }

    /** The ARN of a function that {@code account} names in {@code region}. */
    static String arn(String nameOrArn, String account, String region) {
        return nameOrArn.startsWith("arn:")
                ? nameOrArn
                : "arn:aws:lambda:" + region + ":" + account + ":function:" + nameOrArn;
    }

    private Qualified find(String nameOrArn) {
        String[] parts = nameOrArn.split(":", -1);
        boolean isArn = parts[0].equals("arn");
        int name = isArn ? 6 : 0;
        String qualifier = parts.length > name + 1 ? parts[name + 1] : LATEST;
        Optional<Function> function = functions.values().stream()
                .filter(f -> isArn
                        ? parts.length > name
                                && f.spec.arn()
                                        .equals(String.join(":", List.of(parts).subList(0, name + 1)))
                        : f.spec.name().equals(parts[0]))
                .findFirst();
        if (function.isEmpty()) {
            throw notFound(nameOrArn);
        }
        return function.get().at(qualifier);
    }

    private static ResourceNotFoundException notFound(String nameOrArn) {
        return error(
                ResourceNotFoundException.class,
                ResourceNotFoundException.builder(),
                404,
                "ResourceNotFoundException",
                "Function not found: " + nameOrArn);
    }

    private static InvalidParameterValueException invalid(String message) {
        return error(
                InvalidParameterValueException.class,
                InvalidParameterValueException.builder(),
                400,
                "InvalidParameterValueException",
                message);
    }

    private static <E extends AwsServiceException> E error(
            Class<E> type, AwsServiceException.Builder builder, int status, String code, String message) {
        return type.cast(builder.statusCode(status)
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("Lambda")
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build());
    }

    /** A function and everything that belongs to it. */
    private static final class Function {
        private final FunctionSpec spec;
        private int versions;
        private final Map<String, String> aliases = new TreeMap<>();
        private final List<String> invokers = new ArrayList<>();
        private final Map<String, Deque<ExecutionEnvironment>> pools = new HashMap<>();
        private final Deque<String> lines = new ArrayDeque<>();

        private Function(FunctionSpec spec) {
            this.spec = spec;
        }

        private Deque<ExecutionEnvironment> pool(String version) {
            return pools.computeIfAbsent(version, v -> new ArrayDeque<>());
        }

        private Qualified at(String qualifier) {
            String version = aliases.getOrDefault(qualifier, qualifier);
            requireVersion(version);
            return new Qualified(this, qualifier, version);
        }

        private void requireVersion(String version) {
            boolean exists = version.equals(LATEST)
                    || (version.matches("[1-9][0-9]{0,8}") && Integer.parseInt(version) <= versions);
            if (!exists) {
                throw notFound(spec.arn() + ":" + version);
            }
        }
    }

    /** A function as somebody names it, and the version that this means. */
    private record Qualified(Function function, String qualifier, String version) {
        private String arn() {
            return qualifier.equals(LATEST) ? function.spec.arn() : function.spec.arn() + ":" + qualifier;
        }
    }

    private static final class Started {
        private final Qualified target;
        private final RunningFunction running;
        private final FunctionOutput output;
        private final Consumer<InvocationResult> done;
        private Kernel.@Nullable Event timeout;

        private Started(
                Qualified target, RunningFunction running, FunctionOutput output, Consumer<InvocationResult> done) {
            this.target = target;
            this.running = running;
            this.output = output;
            this.done = done;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // a payload is opaque bytes; outcomes are never compared
    private record Outcome(byte[] payload, @Nullable String functionError) {
        private static Outcome failed(byte[] error) {
            return new Outcome(error, "Unhandled");
        }
    }
}
