package dev.awssandbox.lambda;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.Credentials;

/** A process of a function: runs one invocation at a time, with credentials of its own, and keeps its handler between them. */
final class ExecutionEnvironment {
    private static final String RUNTIME = "com.amazonaws.services.lambda.runtime.";

    private final FunctionSpec function;
    private final Credentials credentials;
    private final Map<String, String> variables;
    private @Nullable Object handler;

    /** The invocation that it runs, or ran last; read and written under the kernel's lock. */
    private @Nullable RunningFunction running;

    private boolean idle;
    private Instant idleSince = Instant.EPOCH;

    ExecutionEnvironment(FunctionSpec function, String version, String endpoint, Credentials credentials) {
        this.function = function;
        this.credentials = credentials;
        Map<String, String> all = new TreeMap<>(function.environment());
        all.put("AWS_REGION", function.region());
        all.put("AWS_DEFAULT_REGION", function.region());
        all.put("AWS_ENDPOINT_URL", endpoint);
        all.put("AWS_ACCESS_KEY_ID", credentials.accessKeyId());
        all.put("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
        all.put("AWS_SESSION_TOKEN", credentials.sessionToken());
        all.put("AWS_LAMBDA_FUNCTION_NAME", function.name());
        all.put("AWS_LAMBDA_FUNCTION_VERSION", version);
        all.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", String.valueOf(function.memoryMiB()));
        all.put("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + function.name());
        all.put("_HANDLER", function.handler());
        this.variables = Map.copyOf(all);
    }

    String accessKeyId() {
        return credentials.accessKeyId();
    }

    Instant credentialsExpire() {
        return credentials.expiration();
    }

    @Nullable
    RunningFunction running() {
        return running;
    }

    void busyWith(RunningFunction invocation) {
        running = invocation;
        idle = false;
    }

    void idle(Instant since) {
        idle = true;
        idleSince = since;
    }

    boolean isIdle() {
        return idle;
    }

    Instant idleSince() {
        return idleSince;
    }

    /**
     * Runs the handler; the first time it is made first, as Lambda's init phase does.
     *
     * @throws Exception whatever the handler throws
     */
    byte[] handle(byte[] payload, HandlerContext context) throws Exception {
        ClassLoader loader = Code.of(function.jar());
        Thread.currentThread().setContextClassLoader(loader);
        try {
            Object ready = handler;
            if (ready == null) {
                ready = make(loader);
                handler = ready;
            }
            Method method = loader.loadClass(RUNTIME + "RequestStreamHandler")
                    .getMethod(
                            "handleRequest",
                            InputStream.class,
                            OutputStream.class,
                            loader.loadClass(RUNTIME + "Context"));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            method.invoke(ready, new ByteArrayInputStream(payload), out, context.asSeenBy(loader));
            return out.toByteArray();
        } catch (InvocationTargetException e) {
            throw unwrapped(e);
        }
    }

    private Object make(ClassLoader loader) throws ReflectiveOperationException {
        String className = function.handler().split("::", -1)[0];
        Class<?> type;
        try {
            type = loader.loadClass(className);
        } catch (ClassNotFoundException e) {
            throw new ClassNotFoundException("Class not found: " + className, e);
        }
        if (!loader.loadClass(RUNTIME + "RequestStreamHandler").isAssignableFrom(type)) {
            throw new ClassCastException(
                    className + " is not a RequestStreamHandler; the sandbox runs no other handlers");
        }
        boolean takesVariables = Arrays.stream(type.getConstructors())
                .anyMatch(c -> Arrays.equals(c.getParameterTypes(), new Class<?>[] {Map.class}));
        return takesVariables
                ? type.getConstructor(Map.class).newInstance(variables)
                : type.getConstructor().newInstance();
    }

    private static Exception unwrapped(InvocationTargetException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return e.getCause() instanceof Exception cause ? cause : e;
    }
}
