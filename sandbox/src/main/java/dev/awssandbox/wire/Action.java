package dev.awssandbox.wire;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.core.SdkPojo;

/** An action of a service: the method of the SDK's client interface that bears its name. */
record Action(Method method) {
    /** The actions of a client interface by their names, such as {@code DescribeImages}. */
    static Map<String, Action> of(Class<?> clientInterface) {
        return Arrays.stream(clientInterface.getMethods())
                .filter(method -> method.getParameterCount() == 1
                        && AwsRequest.class.isAssignableFrom(method.getParameterTypes()[0])
                        && AwsResponse.class.isAssignableFrom(method.getReturnType()))
                .map(Action::new)
                .collect(Collectors.toUnmodifiableMap(Action::name, Function.identity()));
    }

    private String name() {
        return method.getName().substring(0, 1).toUpperCase(Locale.ROOT)
                + method.getName().substring(1);
    }

    /** Whether {@code client} overrides it; the interface's own method only throws. */
    boolean isImplementedBy(Object client) {
        try {
            Method actual = client.getClass().getMethod(method.getName(), method.getParameterTypes());
            return !actual.getDeclaringClass().isInterface();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(client + " is not a client", e);
        }
    }

    /** An empty builder of its request. */
    SdkPojo newRequest() {
        try {
            return (SdkPojo) method.getParameterTypes()[0].getMethod("builder").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the SDK has changed its shape", e);
        }
    }

    /** Does it, with what {@code builder} builds. */
    SdkPojo invoke(Object client, SdkPojo builder) {
        try {
            return (SdkPojo) method.invoke(client, Pojos.build(builder));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the SDK has changed its shape", e);
        }
    }
}
