package dev.amishare.infra;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Environment;
import software.constructs.Node;

/**
 * What a deployer decides, from the CDK's context (cdk.json, or {@code -c name=value}).
 *
 * @param account the source account: where the images and the pipeline live
 * @param region where the pipeline runs
 * @param boundary context {@code boundary}, required
 * @param targetAccounts context {@code targetAccounts}: the accounts that get the verifier role from this app
 * @param instanceTypes context {@code instanceTypes}: what a verification may ask for
 * @param functions the functions' jar
 * @param stateMachines the directory of the state machines' definitions
 */
record Settings(
        String account,
        String region,
        Boundary boundary,
        List<String> targetAccounts,
        List<String> instanceTypes,
        Path functions,
        Path stateMachines) {
    /** One small type for each architecture and boot mode that AMIs come in, and the common ones beside them. */
    private static final List<String> INSTANCE_TYPES = List.of(
            "t2.micro",
            "t3.micro",
            "t3.small",
            "t3a.micro",
            "t4g.micro",
            "t4g.small",
            "m5.large",
            "m6g.medium",
            "mac2.metal");

    /** Stands in where nobody is signed in, so that the templates can be looked at: the accounts of the sandbox. */
    private static final String EXAMPLE_ACCOUNT = "111111111111";

    private static final String EXAMPLE_REGION = "us-east-1";

    Settings {
        targetAccounts = List.copyOf(targetAccounts);
        instanceTypes = List.copyOf(instanceTypes);
    }

    /**
     * Reads the context and checks that what it points to is there.
     *
     * @param root the repository's directory
     * @param environment the process's variables: the CDK's command line says in them who is signed in
     */
    static Settings from(Node node, Path root, Map<String, String> environment) {
        Path functions = root.resolve("functions/target/functions.jar");
        if (!Files.exists(functions)) {
            throw new IllegalArgumentException(
                    "The functions' jar " + functions + " is not there. Build it first: mvn package");
        }
        return new Settings(
                text(node, "account").orElse(environment.getOrDefault("CDK_DEFAULT_ACCOUNT", EXAMPLE_ACCOUNT)),
                text(node, "region").orElse(environment.getOrDefault("CDK_DEFAULT_REGION", EXAMPLE_REGION)),
                Boundary.parse(list(node, "boundary")),
                list(node, "targetAccounts"),
                Optional.of(list(node, "instanceTypes"))
                        .filter(types -> !types.isEmpty())
                        .orElse(INSTANCE_TYPES),
                functions,
                root.resolve("statemachine"));
    }

    Environment sourceEnvironment() {
        return Environment.builder().account(account).region(region).build();
    }

    Environment targetEnvironment(String target) {
        return Environment.builder().account(target).region(region).build();
    }

    private static Optional<String> text(Node node, String name) {
        return Optional.ofNullable(node.tryGetContext(name))
                .map(Object::toString)
                .filter(value -> !value.isBlank());
    }

    /** A list in JSON, or a text with commas: what {@code -c} can give. */
    private static List<String> list(Node node, String name) {
        @Nullable Object value = node.tryGetContext(name);
        if (value == null) {
            return List.of();
        }
        List<String> entries = value instanceof List<?> many
                ? many.stream().map(String::valueOf).toList()
                : List.of(value.toString());
        return entries.stream()
                .flatMap(entry -> Arrays.stream(entry.split(",", -1)))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }
}
