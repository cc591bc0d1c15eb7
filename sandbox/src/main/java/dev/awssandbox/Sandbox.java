package dev.awssandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.awssandbox.deploy.Deployer;
import dev.awssandbox.kernel.Kernel;
import dev.awssandbox.wire.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;

/**
 * A cloud behind one port, with what was deployed on it and what it was filled with; {@link #reset} brings that state back.
 *
 * <pre>{@code
 * try (Sandbox sandbox = Sandbox.simulated(7).templates(Path.of("cdk.out")).start()) {
 *     Ec2Client target = sandbox.as("222222222222").client(Ec2Client.builder(), "us-east-1");
 * }
 * }</pre>
 */
public final class Sandbox implements AutoCloseable {
    private final AtomicReference<@Nullable Cloud> current = new AtomicReference<>();
    private final Supplier<Kernel> kernels;
    private final Settings settings;
    private final List<Consumer<Cloud>> contents;
    private final Server server;

    private Sandbox(Builder builder) {
        this.kernels = builder.kernels;
        this.settings = builder.settings;
        this.contents = List.copyOf(builder.contents);
        this.server = Server.start(builder.port, this::cloud, this::reset);
        try {
            reset();
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /** A sandbox whose time passes only in {@link Kernel#runUntil}, in an order drawn from {@code seed}. */
    public static Builder simulated(long seed) {
        return new Builder(() -> Kernel.simulated(seed));
    }

    /** A sandbox in which {@code speed} seconds pass in a real one. */
    public static Builder realTime(double speed) {
        return new Builder(() -> Kernel.realTime(speed));
    }

    /** The cloud as it is now; a reset makes another one. */
    public Cloud cloud() {
        return Objects.requireNonNull(current.get(), "the sandbox is starting");
    }

    /** Where AWS's clients reach it ({@code AWS_ENDPOINT_URL}). */
    public URI url() {
        return server.url();
    }

    /** Clients over the wire for whoever has this access key id: of twelve digits, the administrator of that account. */
    public Endpoint as(String accessKeyId) {
        return new Endpoint(
                url(), StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKeyId, "any secret will do")));
    }

    /** Back to the state after deployment. Functions that still run are let go. */
    public synchronized void reset() {
        Cloud cloud = new Cloud(kernels.get(), settings, url());
        contents.forEach(content -> content.accept(cloud));
        Cloud before = current.getAndSet(cloud);
        if (before != null) {
            before.close();
        }
    }

    @Override
    public void close() {
        server.close();
        cloud().close();
    }

    /** What a real client needs to reach the sandbox in somebody's name. */
    public record Endpoint(URI url, AwsCredentialsProvider credentials) {
        /** Finishes a client's builder: {@code client(KmsClient.builder(), "us-east-1")}. */
        public <B extends AwsClientBuilder<B, C>, C> C client(B builder, String region) {
            return builder.endpointOverride(url)
                    .credentialsProvider(credentials)
                    .region(Region.of(region))
                    .build();
        }
    }

    /** What a sandbox is like, and what is in it from the start. */
    public static final class Builder {
        private final Supplier<Kernel> kernels;
        private final List<Consumer<Cloud>> contents = new ArrayList<>();
        private Settings settings = Settings.defaults();
        private int port;

        private Builder(Supplier<Kernel> kernels) {
            this.kernels = kernels;
        }

        public Builder settings(Settings newSettings) {
            settings = newSettings;
            return this;
        }

        /** Any free port, unless this is called. */
        public Builder port(int newPort) {
            port = newPort;
            return this;
        }

        /** Deploys what {@code cdk synth} wrote into this directory. */
        public Builder templates(Path cdkOutDirectory) {
            return with(cloud -> new Deployer(cloud).deploy(cdkOutDirectory));
        }

        /** Loads every {@code *.json} describe-images document of a directory. */
        public Builder images(Path directory, String account, String region) {
            return with(cloud -> load(cloud, directory, account, region));
        }

        /** Has each call of a function go wrong with this probability, drawn from a seed of its own. */
        public Builder faults(long seed, double rate) {
            return with(cloud -> cloud.faults().atRate(rate, new SplittableRandom(seed)));
        }

        /** Whatever else is there from the start, and again after each reset. */
        public Builder with(Consumer<Cloud> content) {
            contents.add(content);
            return this;
        }

        /** A sandbox that answers. */
        public Sandbox start() {
            return new Sandbox(this);
        }

        private static void load(Cloud cloud, Path directory, String account, String region) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
                List<Path> inOrder = StreamSupport.stream(files.spliterator(), false)
                        .sorted()
                        .toList();
                for (Path file : inOrder) {
                    load(cloud, account, region, file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void load(Cloud cloud, String account, String region, Path file) throws IOException {
            try {
                JsonNode document = new ObjectMapper().readTree(file.toFile());
                cloud.ec2().load(account, region, document);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
            }
        }
    }
}
