package dev.amishare.infra;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Environment;
import software.constructs.Node;

/**
 * What a deployer decides, from the CDK's context (cdk.json, or {@code -c name=value}).
 *
 * @param origin who named the account
 * @param account context {@code account}, else who is signed in: the source account, where the images and the pipeline live
 * @param region context {@code region}, else where one is signed in: where the pipeline runs
 * @param boundary context {@code boundary}, required
 * @param suffix context {@code suffix}, empty by default: told apart by it, two deployments can live in one account
 * @param maxPrincipals context {@code maxPrincipals}: how many principals a request may name itself, 1 to 1,000 (the most entities that
 *     the launch permissions of an image hold)
 * @param askOrganizations context {@code askOrganizations}: whether AWS Organizations may be asked where an account belongs
 * @param instanceTypes context {@code instanceTypes}: what a verification may ask for
 * @param functions the functions' jar
 * @param stateMachines the directory of the state machines' definitions
 */
record Settings(
        Origin origin,
        String account,
        String region,
        Boundary boundary,
        String suffix,
        int maxPrincipals,
        boolean askOrganizations,
        List<String> instanceTypes,
        Path functions,
        Path stateMachines) {
    /** Where the source account's id comes from. */
    enum Origin {
        /** The context: the only one that a template for other accounts may name. */
        NAMED,
        /** Whoever is signed in, who may be a target's administrator. */
        SIGNED_IN,
        /** Nowhere: the templates can be looked at, and are not for deployment. */
        EXAMPLE
    }

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

    /** As many as a person names in one request, and some room in the policy is left for the next. */
    private static final int MAX_PRINCIPALS = 100;

    private static final int MOST_PRINCIPALS = 1_000;

    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");

    /** The longest name that bears it, {@code /aws/vendedlogs/states/SweepClaims-…}, and the role names of 64 characters leave more. */
    private static final Pattern SUFFIX = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,18}[A-Za-z0-9])?");

    Settings {
        instanceTypes = List.copyOf(instanceTypes);
    }

    /**
     * Reads the context and checks that what it points to is there.
     *
     * @param root the repository's directory
     * @param environment the process's variables: the CDK's command line says in them who is signed in
     * @throws IllegalArgumentException saying what to write instead
     */
    static Settings from(Node node, Path root, Map<String, String> environment) {
        Path functions = root.resolve("functions/target/functions.jar");
        if (!Files.exists(functions)) {
            throw new IllegalArgumentException(
                    "The functions' jar " + functions + " is not there. Build it first: mvn package");
        }
        Optional<String> named = text(node, "account");
        Optional<String> signedIn = Optional.ofNullable(environment.get("CDK_DEFAULT_ACCOUNT"));
        Origin origin = named.isPresent() ? Origin.NAMED : signedIn.isPresent() ? Origin.SIGNED_IN : Origin.EXAMPLE;
        return new Settings(
                origin,
                account(named.or(() -> signedIn).orElse(EXAMPLE_ACCOUNT)),
                text(node, "region").orElse(environment.getOrDefault("CDK_DEFAULT_REGION", EXAMPLE_REGION)),
                boundary(node, origin),
                suffix(node),
                maxPrincipals(node),
                flag(node, "askOrganizations"),
                Optional.of(list(node, "instanceTypes"))
                        .filter(types -> !types.isEmpty())
                        .orElse(INSTANCE_TYPES),
                functions,
                root.resolve("statemachine"));
    }

    Environment sourceEnvironment() {
        return Environment.builder().account(account).region(region).build();
    }

    /** A name that no second deployment may have in the same account, told apart by the suffix where there is one. */
    String named(String name) {
        return suffix.isEmpty() ? name : name + "-" + suffix;
    }

    private static String account(String account) {
        if (!ACCOUNT.matcher(account).matches()) {
            throw new IllegalArgumentException("The account \"" + account + "\" is not an account id (12 digits).");
        }
        return account;
    }

    private static Boundary boundary(Node node, Origin origin) {
        Boundary boundary = Boundary.parse(list(node, "boundary"));
        if (boundary.any() && origin != Origin.EXAMPLE && !flag(node, "anyBoundaryIsIntended")) {
            throw new IllegalArgumentException(
                    "The boundary is \"any\": whoever may start an execution would choose freely which accounts receive the data. "
                            + "Set the context value \"boundary\" (in cdk.json, or -c boundary=...) to the account ids and organization "
                            + "ids that this deployment may ever share with; or, if there is to be no limit, confirm it with "
                            + "-c anyBoundaryIsIntended=true.");
        }
        return boundary;
    }

    private static String suffix(Node node) {
        String suffix = text(node, "suffix").orElse("");
        if (!suffix.isEmpty() && !SUFFIX.matcher(suffix).matches()) {
            throw new IllegalArgumentException("The suffix \"" + suffix
                    + "\" is none: 1 to 20 letters, digits and hyphens, and no hyphen at either end.");
        }
        return suffix;
    }

    private static int maxPrincipals(Node node) {
        String text = text(node, "maxPrincipals").orElse(Integer.toString(MAX_PRINCIPALS));
        if (text.matches("\\d{1,4}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MOST_PRINCIPALS) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException(
                "maxPrincipals is \"" + text + "\", and must be a whole number from 1 to " + MOST_PRINCIPALS + ".");
    }

    private static boolean flag(Node node, String name) {
        String text = text(node, name).orElse("false");
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(name + " is \"" + text + "\", and must be true or false.");
        }
        return text.equals("true");
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
