package dev.amishare.lambda;

import dev.amishare.json.Json;
import dev.amishare.json.Records;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.ledger.Ledger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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

    /**
     * The value of a variable that is a whole number above zero.
     *
     * @throws IllegalStateException naming the variable, if it is anything else
     */
    public int number(String name, int otherwise) {
        String value = get(name).orElse(String.valueOf(otherwise));
        if (!value.matches("[1-9]\\d{0,5}")) {
            throw new IllegalStateException("the environment variable " + name + " of function " + functionName()
                    + " must be a whole number from 1, not " + value + ": deploy the stack again");
        }
        return Integer.parseInt(value);
    }

    /** The items of a list that is written with commas; none if the variable is missing. */
    public List<String> list(String name) {
        return get(name).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** Whom this deployment may ever share with. */
    public Boundary boundary() {
        BoundaryVariable written = Records.read(Json.parse(require("BOUNDARY")), BoundaryVariable.class);
        return new Boundary(
                Boolean.TRUE.equals(written.any),
                new TreeSet<>(written.accounts == null ? List.of() : written.accounts),
                new TreeSet<>(written.organizations == null ? List.of() : written.organizations));
    }

    /** The table of all shares. */
    public Ledger ledger(Aws aws) {
        return new Ledger(aws.dynamoDb(), require("LEDGER_TABLE"));
    }

    private record BoundaryVariable(
            @Nullable Boolean any, @Nullable List<String> accounts, @Nullable List<String> organizations) {}
}
