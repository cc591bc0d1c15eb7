package dev.amishare.lambda;

import java.util.Map;
import java.util.Optional;

/** A function's environment variables: a copy of the process's, or what a test gives. */
public final class Environment {
    private final Map<String, String> variables;

    public Environment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    /**
     * The value of a variable that the deployment sets.
     *
     * @throws IllegalStateException naming the variable, if it is missing or empty
     */
    public String require(String name) {
        return get(name)
                .orElseThrow(() -> new IllegalStateException("the environment variable " + name + " of function "
                        + functionName() + " is missing: deploy the stack again"));
    }

    /** The value of a variable, unless it is missing or empty. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
    }

    /** The Region that the function runs in. */
    public String region() {
        return require("AWS_REGION");
    }

    /** The function's name, for messages. */
    public String functionName() {
        return get("AWS_LAMBDA_FUNCTION_NAME").orElse("(unknown)");
    }
}
