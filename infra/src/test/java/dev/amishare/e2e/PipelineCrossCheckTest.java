package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Faults;
import dev.awssandbox.Settings;
import dev.awssandbox.judge.Moto;
import dev.awssandbox.judge.Transcript;
import dev.awssandbox.lambda.Invocation;
import dev.awssandbox.lambda.InvocationResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/**
 * The pipeline's own state machine, with its own functions, on our interpreter and on moto's engine: the same stories, played in a
 * sandbox each. Compared is what happened in each Region and for each volume, in order, with inputs, outputs and errors; left out are
 * times, ids, and how often a loop waited. Run by the profile {@code cross-check}.
 */
@Tag("cross-check")
final class PipelineCrossCheckTest {
    private static final List<String> NOT_COVERED = List.of(
            "StopExecution: no moment to stop at is the same on both engines",
            "SweepClaims and the rules that start it: moto sends no status changes",
            "tag events: they start executions of the sandbox's own machine",
            "a killed function: moto calls its error Exception, where the service says Lambda.Unknown");

    private static final Map<String, Story> STORIES = stories();

    @Test
    void motoRunsThePipelineAsWeDo() throws Exception {
        List<String> differences = new ArrayList<>();
        NOT_COVERED.forEach(what -> say("not covered: " + what));
        try (Moto moto = Moto.start(
                Path.of(System.getProperty("moto.directory")), Pipeline.SOURCE, Region.US_EAST_1, this::say)) {
            for (Map.Entry<String, Story> story : STORIES.entrySet()) {
                long begun = System.nanoTime();
                say("playing: " + story.getKey());
                List<String> ours = numbered(ours(story.getValue()));
                List<String> theirs = numbered(theirs(moto, story.getValue()));
                say("  " + ours.size() + " events compared, "
                        + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) + " s");
                if (!ours.equals(theirs)) {
                    differences.add(story.getKey() + difference(ours, theirs));
                    say("DIFFERENT: " + differences.get(differences.size() - 1));
                }
            }
        }

        say("scenarios compared " + STORIES.size() + ", differences " + differences.size());
        assertThat(differences).isEmpty();
    }

    /** Copies long enough that no engine finds one complete at its first look; images seen at once, or one engine would retry and another not. */
    private static Settings settings(Settings usual) {
        return new Settings(Duration.ofSeconds(8), usual.copiesInFlight(), usual.keyPolicyDelay(), Duration.ZERO);
    }

    private static Map<String, Story> stories() {
        Map<String, Story> stories = new LinkedHashMap<>();
        stories.put(
                "one volume, shared with an account that answers",
                (pipeline, engine) -> engine.share(request(pipeline.load("ubuntu"), B)));
        stories.put(
                "two volumes, shared with two accounts",
                (pipeline, engine) -> engine.share(request(pipeline.load("openstudio-two-volumes"), B, C)));
        stories.put("the same again, then for one account more", (pipeline, engine) -> {
            String image = pipeline.load("ubuntu");
            engine.share(request(image, B));
            engine.share(request(image, B));
            engine.share(request(image, B, C));
        });
        stories.put("the same while the first still runs", (pipeline, engine) -> {
            String image = pipeline.load("ubuntu");
            String first = engine.start(request(image, B));
            engine.pass(Duration.ofSeconds(4));
            String second = engine.start(request(image, B, C));
            engine.await(first);
            engine.await(second);
        });
        stories.put(
                "a request with three faults",
                (pipeline, engine) -> engine.share(
                        "{\"sourceImageId\": \"ami-00000000000000000\", \"targets\": {\"accounts\": [\"2222\"]}, \"colour\": 1}"));
        stories.put(
                "an instance-store image",
                (pipeline, engine) -> engine.share(request(pipeline.load("instance-store"), B)));
        stories.put("throttled, failed and unanswered once each", (pipeline, engine) -> {
            String image = pipeline.load("ubuntu");
            faults(
                    pipeline,
                    fault("ec2", "CopySnapshot", 1, Faults.Kind.THROTTLE),
                    fault("kms", "PutKeyPolicy", 1, Faults.Kind.ERROR500),
                    fault("ec2", "ModifyImageAttribute", 1, Faults.Kind.DROP_RESPONSE));
            engine.share(request(image, B));
        });
        stories.put("registration is denied, and everything undone", (pipeline, engine) -> {
            String image = pipeline.load("ubuntu");
            faults(pipeline, fault("ec2", "RegisterImage", 1, Faults.Kind.DENY));
            engine.share(request(image, B));
        });
        stories.put("both copies are denied", (pipeline, engine) -> {
            String image = pipeline.load("openstudio-two-volumes");
            faults(pipeline, fault("ec2", "CopySnapshot", 2, Faults.Kind.DENY));
            engine.share(request(image, B));
        });
        stories.put(
                "a licensed image, copied whole",
                (pipeline, engine) -> engine.share(request(pipeline.load("windows"), B)));
        stories.put("two Regions", (pipeline, engine) -> engine.share(inTwoRegions(pipeline)));
        stories.put("two Regions, where neither registers", (pipeline, engine) -> {
            String request = inTwoRegions(pipeline);
            faults(pipeline, fault("ec2", "RegisterImage", 2, Faults.Kind.DENY));
            engine.share(request);
        });
        return stories;
    }

    private static Faults.Rule fault(String service, String action, int times, Faults.Kind kind) {
        return new Faults.Rule(service, action, null, 1, times, kind);
    }

    private static void faults(Pipeline pipeline, Faults.Rule... rules) {
        pipeline.cloud().faults().replace(List.of(rules));
    }

    private static String request(String image, String... accounts) {
        return "{\"sourceImageId\": \"" + image + "\", \"targets\": {\"accounts\": [\""
                + String.join("\", \"", accounts) + "\"]}}";
    }

    private static String inTwoRegions(Pipeline pipeline) {
        return """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]},
                 "regions": [{"region": "us-east-1"}, {"region": "eu-west-1", "kmsKeyId": "%s"}]}"""
                .formatted(pipeline.load("ubuntu"), B, pipeline.key("eu-west-1"));
    }

    /** A story: what is there, and what is started, by whichever engine. */
    private interface Story {
        void play(Pipeline pipeline, Engine engine) throws InterruptedException;
    }

    private abstract static class Engine {
        private final List<String> transcript = new ArrayList<>();
        private int executions;

        final void share(String input) throws InterruptedException {
            await(start(input));
        }

        final String start(String input) {
            return start("execution-" + ++executions, input);
        }

        final void await(String execution) throws InterruptedException {
            transcript.add("== " + execution);
            transcript.addAll(ended(execution));
        }

        abstract String start(String name, String input);

        abstract List<String> ended(String execution) throws InterruptedException;

        abstract void pass(Duration time) throws InterruptedException;
    }

    private static List<String> ours(Story story) throws InterruptedException {
        try (Pipeline pipeline = Pipeline.deployed(PipelineCrossCheckTest::settings)) {
            Engine engine = new Engine() {
                @Override
                String start(String name, String input) {
                    return pipeline.stepFunctions()
                            .startExecution(r -> r.stateMachineArn(pipeline.machine())
                                    .name(name)
                                    .input(input))
                            .executionArn();
                }

                @Override
                List<String> ended(String execution) {
                    pipeline.cloud()
                            .kernel()
                            .runUntil(() -> pipeline.describe(execution).status() != ExecutionStatus.RUNNING);
                    return Transcript.of(pipeline.stepFunctions(), pipeline.describe(execution), style());
                }

                @Override
                void pass(Duration time) {
                    boolean[] over = {false};
                    pipeline.cloud().kernel().after(time, () -> over[0] = true);
                    pipeline.cloud().kernel().runUntil(() -> over[0]);
                }
            };
            story.play(pipeline, engine);
            return engine.transcript;
        }
    }

    private static List<String> theirs(Moto moto, Story story) throws Exception {
        moto.reset();
        try (Pipeline pipeline = Pipeline.inRealTime(PipelineCrossCheckTest::settings)) {
            moto.functions((function, payload) -> invoke(pipeline, function, payload));
            pipeline.cloud().stepFunctions().describeElsewhere(moto.client()::describeExecution);
            var ours = pipeline.stepFunctions().describeStateMachine(r -> r.stateMachineArn(pipeline.machine()));
            String machine = moto.client()
                    .createStateMachine(r ->
                            r.name(ours.name()).definition(ours.definition()).roleArn(ours.roleArn()))
                    .stateMachineArn();
            Engine engine = new Engine() {
                @Override
                String start(String name, String input) {
                    return moto.client()
                            .startExecution(
                                    r -> r.stateMachineArn(machine).name(name).input(input))
                            .executionArn();
                }

                @Override
                List<String> ended(String execution) throws InterruptedException {
                    return moto.transcript(execution, style());
                }

                @Override
                void pass(Duration time) throws InterruptedException {
                    Thread.sleep(time.toMillis()); // moto's engine knows only real time
                }
            };
            story.play(pipeline, engine);
            return engine.transcript;
        }
    }

    private static Moto.Answer invoke(Pipeline pipeline, String function, byte[] payload) {
        CompletableFuture<InvocationResult> answer = new CompletableFuture<>();
        pipeline.cloud().functions().invoke(function, payload, Invocation.Source.DIRECT, answer::complete);
        InvocationResult result = answer.join();
        return new Moto.Answer(result.payload(), result.functionError());
    }

    // What is left out of the comparison.

    /** What depends on when a function looked, and says nothing else. */
    private static final Set<String> OF_TIME = Set.of("waitSeconds", "percent", "turn", "at", "startedAt");

    private static final Pattern ID = Pattern.compile("\\b(ami|snap|encrypted)-[0-9a-f]{8,17}\\b");

    private static Transcript.Style style() {
        return new Transcript.Style(
                PipelineCrossCheckTest::timeless, PipelineCrossCheckTest::closed, PipelineCrossCheckTest::oneWait);
    }

    private static JsonNode timeless(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode rest = object.objectNode();
            object.properties().forEach(field -> {
                boolean inOrderOfIds = field.getKey().equals("copies") && object.has("done");
                if (!OF_TIME.contains(field.getKey()) && !inOrderOfIds) {
                    rest.set(field.getKey(), timeless(field.getValue()));
                }
            });
            return rest;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode rest = array.arrayNode();
            array.forEach(element -> rest.add(timeless(element)));
            return rest;
        }
        return node;
    }

    /** How a client finds that a connection was closed is a matter of chance. */
    private static String closed(String text) {
        return text.replaceAll("Connection reset|Unexpected end of file from server", "CLOSED");
    }

    /** Of the turns of a loop that looks, waits and looks again, the first and the last look stay. */
    private static List<String> oneWait(List<String> flow) {
        List<String> kept = new ArrayList<>();
        String looked = "";
        int lastLook = -1;
        boolean waited = false;
        for (int i = 0; i < flow.size(); i++) {
            String line = flow.get(i);
            if (line.startsWith("TaskStateEntered ")) {
                String state = line.split(" ", 3)[1];
                boolean again = state.equals(looked) && i > 0 && flow.get(i - 1).startsWith("WaitStateExited ");
                if (again && waited) {
                    kept.subList(lastLook, kept.size()).clear();
                }
                waited = again;
                looked = state;
                lastLook = kept.size();
            }
            kept.add(line);
        }
        return kept;
    }

    /** Images, snapshots and keys have other ids in each sandbox, and so have names derived from them: they are numbered as they appear. */
    private static List<String> numbered(List<String> transcript) {
        Map<String, String> numbers = new LinkedHashMap<>();
        return transcript.stream()
                .map(line -> ID.matcher(line)
                        .replaceAll(id ->
                                numbers.computeIfAbsent(id.group(), found -> id.group(1) + "#" + (numbers.size() + 1))))
                .toList();
    }

    /** The first lines that differ, each from a little before the place where it does. */
    private static String difference(List<String> ours, List<String> theirs) {
        StringBuilder difference = new StringBuilder();
        int shown = 0;
        for (int i = 0; i < Math.max(ours.size(), theirs.size()) && shown < 5; i++) {
            String our = i < ours.size() ? ours.get(i) : "(nothing)";
            String their = i < theirs.size() ? theirs.get(i) : "(nothing)";
            int at = Arrays.mismatch(our.toCharArray(), their.toCharArray());
            if (at >= 0) {
                shown++;
                difference.append("\n  line ").append(i).append(": ").append(part(our, 0, 80));
                difference.append("\n    ours:   ").append(part(our, at - 60, 300));
                difference.append("\n    theirs: ").append(part(their, at - 60, 300));
            }
        }
        return difference.toString();
    }

    private static String part(String line, int from, int length) {
        int start = Math.max(0, Math.min(from, line.length()));
        return (start > 0 ? "…" : "") + line.substring(start, Math.min(line.length(), start + length));
    }

    private void say(String text) {
        System.out.println("[cross-check] " + text);
    }
}
