package dev.awssandbox.lambda;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A function as its template describes it.
 *
 * @param jar the code: one jar with everything the handler needs
 * @param handler {@code pkg.Class} or {@code pkg.Class::handleRequest}
 * @param environment the template's variables; what Lambda adds is added on invocation
 * @param timeout how long an invocation may take before its process is taken away
 */
public record FunctionSpec(
        String name,
        String account,
        String region,
        Path jar,
        String handler,
        Map<String, String> environment,
        String roleArn,
        Duration timeout,
        int memoryMiB) {
    public FunctionSpec {
        environment = Map.copyOf(environment);
    }

    /** The function's ARN, without a qualifier. */
    public String arn() {
        return "arn:aws:lambda:" + region + ":" + account + ":function:" + name;
    }
}
