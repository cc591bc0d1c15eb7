package dev.amishare.step;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;

/** Remembers which calls were made, by the names of the client's methods; and lets one of them fail. */
final class RecordedCalls {
    final List<String> names = new ArrayList<>();

    Ec2Client of(Ec2Client ec2) {
        return of(ec2, "none");
    }

    Ec2Client of(Ec2Client ec2, String failing) {
        return (Ec2Client) Proxy.newProxyInstance(
                RecordedCalls.class.getClassLoader(), new Class<?>[] {Ec2Client.class}, (proxy, method, arguments) -> {
                    names.add(method.getName());
                    if (method.getName().equals(failing)) {
                        throw Ec2Exception.builder().message(failing).build();
                    }
                    try {
                        return method.invoke(ec2, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
