package dev.awssandbox.lambda;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Lambda's {@code Context}, for a handler that knows the interface from its own jar and not from ours.
 *
 * @param remaining how many milliseconds the invocation still has
 */
record HandlerContext(
        FunctionSpec function,
        String version,
        String invokedArn,
        String requestId,
        FunctionOutput output,
        Supplier<Integer> remaining) {
    private static final String PACKAGE = "com.amazonaws.services.lambda.runtime.";

    /** This context as an instance of the interface that {@code loader} knows. */
    Object asSeenBy(ClassLoader loader) throws ClassNotFoundException {
        Object logger = proxy(loader, "LambdaLogger", this::log);
        return proxy(loader, "Context", (proxy, method, arguments) -> switch (method.getName()) {
            case "getAwsRequestId" -> requestId;
            case "getLogGroupName" -> "/aws/lambda/" + function.name();
            case "getLogStreamName" -> "sandbox/[" + version + "]" + requestId;
            case "getFunctionName" -> function.name();
            case "getFunctionVersion" -> version;
            case "getInvokedFunctionArn" -> invokedArn;
            case "getRemainingTimeInMillis" -> remaining.get();
            case "getMemoryLimitInMB" -> function.memoryMiB();
            case "getLogger" -> logger;
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            case "toString" -> "Context of " + requestId;
            // identity and client context: only mobile applications have them
            default -> null;
        });
    }

    private Object log(Object proxy, Method method, Object[] arguments) {
        if (!method.getName().equals("log")) {
            throw new UnsupportedOperationException("LambdaLogger." + method.getName());
        }
        output.log(
                arguments[0] instanceof byte[] bytes
                        ? new String(bytes, StandardCharsets.UTF_8)
                        : String.valueOf(arguments[0]));
        return proxy;
    }

    private static Object proxy(ClassLoader loader, String name, InvocationHandler handler)
            throws ClassNotFoundException {
        return Proxy.newProxyInstance(loader, new Class<?>[] {loader.loadClass(PACKAGE + name)}, handler);
    }
}
