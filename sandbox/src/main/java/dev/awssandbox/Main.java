package dev.awssandbox;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code serve}: a sandbox that stays up until it is interrupted. */
public final class Main {
    private static final String USAGE =
            """
            usage: serve --port N [--seed DIR] [--templates DIR] [--copy-seconds S] [--speed X]
                         [--chaos SEED --fault-rate R]

              --port N          listen on 127.0.0.1:N (0: any free port)
              --seed DIR        load every *.json describe-images document in DIR into account 111111111111, us-east-1
              --templates DIR   deploy what cdk synth wrote into DIR
              --copy-seconds S  how long the largest volume of an image copies; others in proportion
              --speed X         simulated time runs X times faster than real time
              --chaos SEED      draw faults of functions' calls from SEED, each call with the probability R
              --fault-rate R    between 0 and 1
            """;

    private static final String SEED_ACCOUNT = "111111111111";
    private static final String SEED_REGION = "us-east-1";

    private Main() {}

    /** Exits with 2 after a usage error, with 1 when it cannot start. */
    public static void main(String[] arguments) throws InterruptedException {
        // Libraries would say on the console that nobody takes their log; unless somebody wants to know.
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            System.setProperty("slf4j.internal.verbosity", "ERROR");
        }
        try {
            if (arguments.length == 0 || !arguments[0].equals("serve")) {
                throw new UsageError(arguments.length == 0 ? "no command" : "unknown command " + arguments[0]);
            }
            serve(Options.parse(arguments));
        } catch (UsageError e) {
            System.err.println(e.getMessage() + "\n\n" + USAGE);
            System.exit(2);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            System.err.println("cannot start: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void serve(Options options) throws InterruptedException {
        Sandbox.Builder builder = Sandbox.realTime(options.number("--speed", 1, 0.000_001, 1_000_000))
                .port((int) options.wholeNumber("--port", 0, 65_535))
                .settings(settings(options));
        Path templates = options.directory("--templates");
        if (templates != null) {
            System.out.println("deploying " + templates);
            builder.templates(templates);
        }
        Path seed = options.directory("--seed");
        if (seed != null) {
            System.out.println("loading the images in " + seed + " into " + SEED_ACCOUNT + ", " + SEED_REGION);
            builder.images(seed, SEED_ACCOUNT, SEED_REGION);
        }
        if (options.has("--chaos") != options.has("--fault-rate")) {
            throw new UsageError("--chaos and --fault-rate go together");
        }
        if (options.has("--chaos")) {
            builder.faults(
                    options.wholeNumber("--chaos", Long.MIN_VALUE, Long.MAX_VALUE),
                    options.number("--fault-rate", 0, 1));
        }
        Sandbox sandbox = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(sandbox::close));
        System.out.println("ready " + sandbox.url());
        Thread.currentThread().join();
    }

    private static Settings settings(Options options) {
        Settings defaults = Settings.defaults();
        if (!options.has("--copy-seconds")) {
            return defaults;
        }
        long millis = (long) (options.number("--copy-seconds", 0, 1_000_000) * 1000);
        return new Settings(
                Duration.ofMillis(millis),
                defaults.copiesInFlight(),
                defaults.keyPolicyDelay(),
                defaults.imageVisibility());
    }

    /** {@code --name value} pairs. */
    private record Options(Map<String, String> values) {
        private static final Set<String> NAMES = new TreeSet<>(
                Set.of("--port", "--seed", "--templates", "--copy-seconds", "--speed", "--chaos", "--fault-rate"));

        private static Options parse(String[] arguments) {
            Map<String, String> values = new HashMap<>();
            for (int i = 1; i < arguments.length; i += 2) {
                String name = arguments[i];
                if (!NAMES.contains(name)) {
                    throw new UsageError("unknown option " + name);
                }
                if (i + 1 == arguments.length) {
                    throw new UsageError(name + " needs a value");
                }
                if (values.put(name, arguments[i + 1]) != null) {
                    throw new UsageError(name + " is given twice");
                }
            }
            return new Options(values);
        }

        private boolean has(String name) {
            return values.containsKey(name);
        }

        private String text(String name) {
            String value = values.get(name);
            if (value == null) {
                throw new UsageError(name + " is missing");
            }
            return value;
        }

        private @Nullable Path directory(String name) {
            String value = values.get(name);
            if (value == null) {
                return null;
            }
            Path directory = Path.of(value);
            if (!Files.isDirectory(directory)) {
                throw new UsageError(name + " " + value + " is not a directory");
            }
            return directory;
        }

        private double number(String name, double otherwise, double least, double most) {
            return has(name) ? number(name, least, most) : otherwise;
        }

        private double number(String name, double least, double most) {
            double value;
            try {
                value = Double.parseDouble(text(name));
            } catch (NumberFormatException e) {
                throw new UsageError(name + " must be a number, not " + text(name));
            }
            if (!(value >= least && value <= most)) {
                throw new UsageError(name + " must be between " + least + " and " + most + ", not " + text(name));
            }
            return value;
        }

        private long wholeNumber(String name, long least, long most) {
            String text = text(name);
            try {
                long value = Long.parseLong(text);
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Refused below, like a number out of bounds.
            }
            throw new UsageError(name + " must be a whole number from " + least + " to " + most + ", not " + text);
        }
    }

    private static final class UsageError extends RuntimeException {
        private UsageError(String message) {
            super(message, null, false, false);
        }
    }
}
