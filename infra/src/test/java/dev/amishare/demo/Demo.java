package dev.amishare.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Sandbox;
import dev.awssandbox.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;

/**
 * The main job, from nothing, shown to a person: an AMI that account B cannot launch is shared by the deployed state machine, and then
 * B launches it, while account C, which was not named, still cannot. {@code sandbox/run demo} starts this; it exits with 0 only if all
 * that was seen to hold.
 *
 * <p>It does nothing that a person with the AWS CLI could not do: everything goes over the wire to the sandbox, on which the synthesized
 * templates are deployed.
 */
public final class Demo implements AutoCloseable {
    private static final String SOURCE_ACCOUNT = "111111111111";
    private static final String REGION = "us-east-1";
    private static final Duration POLL = Duration.ofMillis(150);
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI endpoint;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Account source;
    private final List<Account> targets = new ArrayList<>();
    private final Account stranger;
    private final List<String> broken = new ArrayList<>();

    private Demo(Sandbox sandbox, List<String> targetAccounts) {
        this.endpoint = sandbox.url();
        this.source = new Account(SOURCE_ACCOUNT, sandbox, REGION);
        targetAccounts.forEach(target -> targets.add(new Account(target, sandbox, REGION)));
        String third = targetAccounts.contains("333333333333") ? "444444444444" : "333333333333";
        this.stranger = new Account(third, sandbox, REGION);
    }

    /** Exit status 0 if account B could not launch, now can, and account C cannot; 1 if not; 2 if the command line is wrong. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("demo: " + e.getMessage());
            System.exit(2);
            return;
        }
        step("starting AWS in this JVM and deploying the synthesized templates on it");
        long started = System.nanoTime();
        boolean held;
        try (Sandbox sandbox = options.sandbox();
                Demo demo = new Demo(sandbox, options.targets())) {
            say("ready at %s after %.1f s".formatted(sandbox.url(), secondsSince(started)));
            held = demo.show(options.image());
        }
        say("");
        say("%s, in %.1f s".formatted(held ? "All of it held" : "NOT all of it held", secondsSince(started)));
        System.exit(held ? 0 : 1);
    }

    private boolean show(JsonNode document) throws IOException, InterruptedException {
        post("/_sandbox/images?account=" + SOURCE_ACCOUNT + "&region=" + REGION, document.toString());
        String imageId = document.at("/Images/0/ImageId").asText();
        Image image = describe(source, imageId).orElseThrow();
        say("source image %s \"%s\" in account %s, private: %d block device mapping(s), %s, %s"
                .formatted(
                        imageId,
                        image.name(),
                        source,
                        image.blockDeviceMappings().size(),
                        image.architectureAsString(),
                        Objects.toString(image.bootModeAsString(), "boot mode not set")));
        expect("the source account's key ami-share exists", !keyArn().isEmpty());

        step("BEFORE: what account B sees and gets");
        for (Account target : targets) {
            seesNot(target, imageId);
            refused(target, imageId, image);
        }

        step("SHARING: the state machine ShareAmi, started as a pipeline would");
        DescribeExecutionResponse execution = run(imageId);
        if (execution.status() != ExecutionStatus.SUCCEEDED) {
            expect(
                    "the execution succeeds, but it is " + execution.statusAsString() + ": " + execution.error() + ": "
                            + execution.cause(),
                    false);
            return false;
        }
        JsonNode result = JSON.readTree(execution.output());
        String sharedId = result.at("/images/0/imageId").asText();
        Image shared = describe(source, sharedId).orElseThrow();

        step("AFTER: what account B sees and gets");
        for (Account target : targets) {
            sees(target, sharedId);
            launches(target, sharedId, shared);
        }
        step("AFTER: what account C, which nobody named, gets, though it knows the image's id");
        seesNot(stranger, sharedId);
        refused(stranger, sharedId, shared);

        step("THE IMAGE: where it differs from its source");
        printDifferences(image, shared);

        step("THE RESULT of the execution");
        say(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(result));

        step("THE COST of it");
        printCost(execution.executionArn());
        return broken.isEmpty();
    }

    private DescribeExecutionResponse run(String imageId) throws IOException, InterruptedException {
        ObjectNode request = JSON.createObjectNode().put("sourceImageId", imageId);
        ArrayNode accounts = request.putObject("targets").putArray("accounts");
        targets.forEach(target -> accounts.add(target.id()));
        say("input " + request);
        String machine = source.stepFunctions().listStateMachines(r -> {}).stateMachines().stream()
                .filter(m -> m.name().equals("ShareAmi"))
                .findFirst()
                .orElseThrow()
                .stateMachineArn();
        String arn = source.stepFunctions()
                .startExecution(r -> r.stateMachineArn(machine).input(request.toString()))
                .executionArn();
        Progress progress = new Progress(source, arn);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            DescribeExecutionResponse execution = source.stepFunctions().describeExecution(r -> r.executionArn(arn));
            progress.print();
            if (execution.status() != ExecutionStatus.RUNNING) {
                say("execution " + execution.statusAsString());
                return execution;
            }
            Thread.sleep(POLL.toMillis());
        }
        throw new IllegalStateException("the execution did not end within " + PATIENCE);
    }

    private void seesNot(Account who, String imageId) {
        Optional<Image> seen = describe(who, imageId);
        expect("account %s describes %s: no such image".formatted(who, imageId), seen.isEmpty());
    }

    private void sees(Account who, String imageId) {
        Optional<Image> seen = describe(who, imageId);
        expect(
                "account %s describes %s: %s, owned by %s"
                        .formatted(
                                who,
                                imageId,
                                seen.map(i -> "\"" + i.name() + "\"").orElse("not found"),
                                seen.map(Image::ownerId).orElse("-")),
                seen.isPresent());
    }

    private void refused(Account who, String imageId, Image image) {
        try {
            who.ec2().runInstances(r -> r.imageId(imageId)
                    .instanceType(Fitting.instanceType(image))
                    .minCount(1)
                    .maxCount(1));
            expect("account %s launches %s, which it must not".formatted(who, imageId), false);
        } catch (Ec2Exception e) {
            expect(
                    "account %s launches %s: refused, %s: %s"
                            .formatted(
                                    who,
                                    imageId,
                                    e.awsErrorDetails().errorCode(),
                                    e.awsErrorDetails().errorMessage()),
                    List.of("AuthFailure", "InvalidAMIID.NotFound")
                            .contains(e.awsErrorDetails().errorCode()));
        }
    }

    private void launches(Account who, String imageId, Image image) throws InterruptedException {
        String instanceId = who.ec2()
                .runInstances(r -> r.imageId(imageId)
                        .instanceType(Fitting.instanceType(image))
                        .minCount(1)
                        .maxCount(1))
                .instances()
                .get(0)
                .instanceId();
        Instance instance = settled(who, instanceId);
        boolean running = instance.state().name() == InstanceStateName.RUNNING;
        expect(
                "account %s launches %s: %s is %s%s"
                        .formatted(
                                who,
                                imageId,
                                instanceId,
                                instance.state().nameAsString(),
                                running ? "" : " (" + instance.stateReason().message() + ")"),
                running);
        if (running) {
            Volume root = rootVolume(who, instance);
            expect(
                    "its root volume %s is %s under %s"
                            .formatted(
                                    root.volumeId(), root.encrypted() ? "encrypted" : "NOT encrypted", root.kmsKeyId()),
                    root.encrypted());
        }
    }

    private static Instance settled(Account who, String instanceId) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Instance instance = instance(who, instanceId);
        while (instance.state().name() == InstanceStateName.PENDING && System.nanoTime() < deadline) {
            Thread.sleep(POLL.toMillis());
            instance = instance(who, instanceId);
        }
        return instance;
    }

    private static Instance instance(Account who, String instanceId) {
        return who.ec2().describeInstances(r -> r.instanceIds(instanceId)).reservations().stream()
                .map(Reservation::instances)
                .flatMap(List::stream)
                .findFirst()
                .orElseThrow();
    }

    /** The root device's volume; the first volume where the image names a root device that no mapping bears. */
    private static Volume rootVolume(Account who, Instance instance) {
        List<String> ids = new ArrayList<>();
        instance.blockDeviceMappings().forEach(mapping -> {
            boolean root = Objects.equals(mapping.deviceName(), instance.rootDeviceName());
            ids.add(root ? 0 : ids.size(), mapping.ebs().volumeId());
        });
        return who.ec2().describeVolumes(r -> r.volumeIds(ids.get(0))).volumes().get(0);
    }

    private static Optional<Image> describe(Account who, String imageId) {
        try {
            return who.ec2().describeImages(r -> r.imageIds(imageId)).images().stream()
                    .findFirst();
        } catch (Ec2Exception e) {
            if (e.awsErrorDetails().errorCode().equals("InvalidAMIID.NotFound")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private String keyArn() {
        return source.kms()
                .describeKey(r -> r.keyId("alias/ami-share"))
                .keyMetadata()
                .arn();
    }

    private void printDifferences(Image image, Image shared) {
        List<Differences.Row> rows = Differences.between(image, shared);
        for (Differences.Row row : rows) {
            say("%-42s %-44s %s".formatted(row.attribute(), shortened(row.source()), shortened(row.shared())));
        }
        expect(
                "only ids, name, description, encryption and tags differ",
                rows.stream().allMatch(Differences.Row::isExpected));
    }

    private void printCost(String executionArn) throws IOException, InterruptedException {
        Map<String, Integer> calls = new TreeMap<>();
        int all = 0;
        for (JsonNode call : get("/_sandbox/calls")) {
            if (!call.path("function").isNull()) {
                calls.merge(
                        call.path("service").asText() + ":"
                                + call.path("action").asText(),
                        1,
                        Integer::sum);
                all++;
            }
        }
        List<HistoryEvent> events = Progress.history(source, executionArn);
        long transitions = events.stream()
                .filter(e -> e.stateEnteredEventDetails() != null)
                .count();
        say("%d AWS calls of the functions: %s".formatted(all, calls));
        say("%d state transitions, %d history events".formatted(transitions, events.size()));
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(endpoint.resolve(path)).GET().build());
    }

    private void post(String path, String body) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(endpoint.resolve(path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(request.uri() + ": " + response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body());
    }

    private void expect(String what, boolean holds) {
        say((holds ? "ok    " : "WRONG ") + what);
        if (!holds) {
            broken.add(what);
        }
    }

    private static String shortened(String value) {
        return value.length() <= 42 ? value : value.substring(0, 41) + "…";
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    static void step(String what) {
        System.out.printf("%n== %s%n", what);
    }

    static void say(String line) {
        System.out.println(line.isEmpty() ? "" : "   " + line);
    }

    @Override
    public void close() {
        source.close();
        targets.forEach(Account::close);
        stranger.close();
    }

    /** The command line. */
    private record Options(
            Path templates,
            JsonNode image,
            List<String> targets,
            double copySeconds,
            double speed,
            @Nullable Long chaos,
            double faultRate) {
        private static Options parse(List<String> arguments) throws IOException {
            Map<String, List<String>> given = new LinkedHashMap<>();
            for (int i = 0; i < arguments.size(); i += 2) {
                if (i + 1 == arguments.size()) {
                    throw new IllegalArgumentException(arguments.get(i) + " needs a value");
                }
                given.computeIfAbsent(arguments.get(i), k -> new ArrayList<>()).add(arguments.get(i + 1));
            }
            List<String> known =
                    List.of("--templates", "--image", "--to", "--copy-seconds", "--speed", "--chaos", "--fault-rate");
            given.keySet().stream()
                    .filter(name -> !known.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw new IllegalArgumentException(
                                "unknown option " + name + "; known: " + String.join(" ", known));
                    });
            List<String> to = given.getOrDefault("--to", List.of("222222222222"));
            to.stream()
                    .filter(account -> !account.matches("[0-9]{12}"))
                    .findFirst()
                    .ifPresent(account -> {
                        throw new IllegalArgumentException("--to takes an account id of twelve digits, not " + account);
                    });
            String chaos = last(given, "--chaos", "");
            return new Options(
                    Path.of(last(given, "--templates", "cdk.out")),
                    image(last(given, "--image", "")),
                    to,
                    number(last(given, "--copy-seconds", "6"), "--copy-seconds"),
                    number(last(given, "--speed", "1"), "--speed"),
                    chaos.isEmpty() ? null : (long) number(chaos, "--chaos"),
                    number(last(given, "--fault-rate", "0"), "--fault-rate"));
        }

        private static String last(Map<String, List<String>> given, String name, String otherwise) {
            List<String> values = given.getOrDefault(name, List.of(otherwise));
            return values.get(values.size() - 1);
        }

        private static double number(String text, String name) {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " takes a number, not " + text, e);
            }
        }

        private static JsonNode image(String file) throws IOException {
            if (file.isEmpty()) {
                try (InputStream golden =
                        Objects.requireNonNull(Demo.class.getResourceAsStream("/images/openstudio-two-volumes.json"))) {
                    return JSON.readTree(golden);
                }
            }
            if (!Files.isReadable(Path.of(file))) {
                throw new IllegalArgumentException("--image: no such file: " + file);
            }
            JsonNode document = JSON.readTree(Path.of(file).toFile());
            if (!document.at("/Images/0/ImageId").isTextual()) {
                throw new IllegalArgumentException("--image: not a describe-images document: " + file);
            }
            return document;
        }

        private Sandbox sandbox() {
            Settings settings = Settings.defaults().withLargestCopy(Duration.ofMillis((long) (copySeconds * 1000)));
            Sandbox.Builder builder = Sandbox.realTime(speed).settings(settings).templates(templates);
            if (chaos != null) {
                builder.faults(chaos, faultRate);
            }
            return builder.start();
        }
    }
}
