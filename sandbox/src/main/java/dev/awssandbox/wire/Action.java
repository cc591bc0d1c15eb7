package dev.awssandbox.wire;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.SdkPojo;

/**
 * An action of a service: the method of the SDK's client interface that bears its name.
 *
 * <p>Found by name and types, not by listing the interface's methods, which would load the thousands of classes that these take.
 */
final class Action {
    private static final Pattern NAME = Pattern.compile("[A-Z][A-Za-z0-9]*");
    /** The SDK writes acronyms as words in the names of classes, though not of methods: ListMFADevices, ListMfaDevicesRequest. */
    private static final Pattern ACRONYM = Pattern.compile("(?<=[A-Z])[A-Z]+(?=[A-Z][a-z]|$)");

    private final Class<?> clientInterface;
    private final Class<?> requestType;
    private final MethodHandle method;

    private Action(Class<?> clientInterface, Class<?> requestType, MethodHandle method) {
        this.clientInterface = clientInterface;
        this.requestType = requestType;
        this.method = method;
    }

    /** The action of that name, such as {@code DescribeImages}, whether or not anybody implements it. */
    static Optional<Action> find(Class<?> clientInterface, String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        String model = clientInterface.getPackageName() + ".model."
                + ACRONYM.matcher(name).replaceAll(acronym -> acronym.group().toLowerCase(Locale.ROOT));
        String methodName = name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
        try {
            ClassLoader loader = clientInterface.getClassLoader();
            Class<?> request = Class.forName(model + "Request", true, loader);
            Class<?> response = Class.forName(model + "Response", true, loader);
            MethodHandle method = MethodHandles.publicLookup()
                    .findVirtual(clientInterface, methodName, MethodType.methodType(response, request));
            return Optional.of(new Action(clientInterface, request, method));
        } catch (ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    /** An empty builder of its request. */
    SdkPojo newRequest() {
        try {
            return (SdkPojo) requestType.getMethod("builder").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the SDK has changed its shape", e);
        }
    }

    /**
     * Does it.
     *
     * @throws NotImplemented if {@code client} does not override the method; the interface's own only throws
     */
    SdkPojo invoke(Object client, SdkPojo request) {
        try {
            return (SdkPojo) method.invoke(client, request);
        } catch (UnsupportedOperationException e) {
            StackTraceElement[] trace = e.getStackTrace();
            boolean ofInterface = trace.length > 0 && trace[0].getClassName().equals(clientInterface.getName());
            throw ofInterface ? new NotImplemented() : e;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a method of the SDK threw a checked exception", e);
        }
    }

    /** The core of a service does not have this action. */
    static final class NotImplemented extends RuntimeException {
        private NotImplemented() {
            super("not implemented", null, false, false);
        }
    }
}
