package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Faults;
import dev.awssandbox.Faults.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/**
 * Every call of every function goes wrong in every way, one in a run: the end is a share that can be launched, or what was there before.
 * Then the same request again, with nothing going wrong, ends as one shared image.
 */
final class FaultSweepTest {
    private static final String STOP = "StopExecution";
    /** Somebody who may only tag makes other things look like the execution's work, and then it is stopped. */
    private static final String FORGED = "forged tags";
    /** Somebody lets a stranger in on whatever image there is. */
    private static final String OPENED = "stranger";

    private static final String STRANGER = "777777777777";

    /** A way through the state machine, up to where its calls begin to go wrong. */
    private enum Story {
        COPIED("openstudio-two-volumes", 2, B, false, "PlanShare"),
        LICENSED("rhel-encrypted", 3, B, false, "PlanShare"),
        ONE_TARGET_MORE("ubuntu", 1, C, true, "PlanShare"),
        UNDONE("openstudio-two-volumes", 2, B, false, "UndoShare"),
        UNDONE_BESIDE_A_SHARE("ubuntu", 1, C, true, "UndoShare"),
        SWEPT("openstudio-two-volumes", 2, B, false, "FindAbandonedClaims");

        private final String image;
        private final int volumes;
        private final String target;
        private final boolean isSharedBefore;
        private final String from;

        Story(String image, int volumes, String target, boolean isSharedBefore, String from) {
            this.image = image;
            this.volumes = volumes;
            this.target = target;
            this.isSharedBefore = isSharedBefore;
            this.from = from;
        }

        private boolean isUndone() {
            return from.equals("UndoShare");
        }

        /** What B's verifier cannot see is undone, whoever else is asked for. */
        private String request(String imageId) {
            return """
                    {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "shareSnapshots": true}"""
                    .formatted(imageId, isUndone() && isSharedBefore ? B + "\", \"" + target : target);
        }
    }

    /** What came of a run. */
    private enum End {
        SUCCEEDED,
        UNDONE,
        UNDONE_BY_A_SWEEP,
        LEFT_BEHIND,
        LOST
    }

    private record Run(String what, End end, List<String> complaints) {}

    @ParameterizedTest
    @EnumSource(names = {"COPIED", "UNDONE", "SWEPT"})
    void whateverGoesWrongTheEndIsAShareOrWhatWasThereBefore(Story story) throws Exception {
        sweep(story, 5);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"COPIED", "UNDONE", "SWEPT"})
    void whateverStrangersDoAtWhateverMoment(Story story) throws Exception {
        int calls = callsOf(story);
        judge(story, calls, strangers(story, calls, 1));
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"LICENSED", "ONE_TARGET_MORE", "UNDONE_BESIDE_A_SHARE"})
    void soItIsOnTheOtherWays(Story story) throws Exception {
        sweep(story, 1);
    }

    /**
     * @param strangersAtEach at every so many calls others act, too: at each of them it takes minutes, which CI has
     */
    private static void sweep(Story story, int strangersAtEach) throws Exception {
        int calls = callsOf(story);
        List<Callable<Run>> runs = strangers(story, calls, strangersAtEach);
        for (int n = 1; n <= calls; n++) {
            int nth = n;
            for (Kind kind : Kind.values()) {
                runs.add(() -> run(story, nth, kind.toString(), List.of(rule(nth, kind))));
            }
            runs.add(() -> run(story, nth, STOP, List.of()));
        }
        judge(story, calls, runs);
    }

    private static List<Callable<Run>> strangers(Story story, int calls, int each) {
        List<Callable<Run>> runs = new ArrayList<>();
        for (int n = each; n <= calls; n += each) {
            int nth = n;
            runs.add(() -> run(story, nth, FORGED, List.of()));
            if (!story.isSharedBefore) {
                runs.add(() -> run(story, nth, OPENED, List.of()));
            }
        }
        return runs;
    }

    private static void judge(Story story, int calls, List<Callable<Run>> runs) throws Exception {
        List<String> complaints = new ArrayList<>();
        Map<String, Map<End, Integer>> matrix = new TreeMap<>();
        for (Run run : all(runs)) {
            matrix.computeIfAbsent(run.what().split(" ", 2)[0], kind -> new TreeMap<>())
                    .merge(run.end(), 1, Integer::sum);
            run.complaints().forEach(complaint -> complaints.add(run.what() + ": " + complaint));
        }
        print(story, calls, matrix);

        assertThat(complaints).isEmpty();
    }

    private static void print(Story story, int calls, Map<String, Map<End, Integer>> matrix) {
        System.out.printf("Fault sweep %s: %d calls, from %s on%n", story, calls, story.from);
        System.out.printf("  %-14s %5s", "fault", "runs");
        for (End end : End.values()) {
            System.out.printf(" %18s", end.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        System.out.println();
        matrix.forEach((kind, ends) -> {
            System.out.printf(
                    "  %-14s %5d", kind, ends.values().stream().mapToInt(i -> i).sum());
            for (End end : End.values()) {
                System.out.printf(" %18d", ends.getOrDefault(end, 0));
            }
            System.out.println();
        });
    }

    private static Faults.Rule rule(int nth, Kind kind) {
        return new Faults.Rule(null, null, null, nth, 1, kind);
    }

    private static List<Run> all(List<Callable<Run>> runs) throws Exception {
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Run> done = new ArrayList<>();
            for (Future<Run> run : threads.invokeAll(runs)) {
                done.add(run.get());
            }
            return done;
        } finally {
            threads.shutdownNow();
        }
    }

    private static int callsOf(Story story) {
        try (Pipeline pipeline = Pipeline.deployed()) {
            Begun begun = begin(pipeline, story);
            int before = pipeline.calls().size();
            pipeline.cloud().kernel().runUntilQuiet();
            assertThat(pipeline.describe(begun.execution).status())
                    .isEqualTo(
                            story.isUndone()
                                    ? ExecutionStatus.FAILED
                                    : story == Story.SWEPT ? ExecutionStatus.ABORTED : ExecutionStatus.SUCCEEDED);
            return pipeline.calls().size() - before;
        }
    }

    /** A story up to the first call of the function from which on calls go wrong. */
    private record Begun(String imageId, String sharedBefore, String before, String execution, Strangers strangers) {}

    private static Begun begin(Pipeline pipeline, Story story) {
        String imageId = pipeline.load(story.image);
        Strangers strangers = new Strangers(pipeline, new SplittableRandom(1));
        strangers.settleIn(List.of(imageId), pipeline.shareKey());
        pipeline.markShareKey();
        String sharedBefore = story.isSharedBefore ? pipeline.share(imageId, B).imageId() : "";
        String before = pipeline.everything();
        if (story.isUndone()) {
            pipeline.blindVerifier();
        }
        String execution = pipeline.start(story.request(imageId));
        if (story == Story.SWEPT) {
            pipeline.runUntilInvoked("Verify");
            pipeline.stop(execution);
        }
        pipeline.runUntilInvoked(story.from);
        return new Begun(imageId, sharedBefore, before, execution, strangers);
    }

    private static Run run(Story story, int nth, String fault, List<Faults.Rule> rules) {
        String what = fault + " of call " + nth;
        try (Pipeline pipeline = Pipeline.deployed()) {
            Begun begun = begin(pipeline, story);
            int before = pipeline.calls().size();
            pipeline.cloud().faults().replace(rules);
            if (rules.isEmpty()) {
                pipeline.cloud()
                        .kernel()
                        .runUntil(() -> pipeline.cloud().calls().size() >= before + nth);
            }
            if (fault.equals(OPENED)) {
                begun.strangers.open(STRANGER);
            } else if (fault.equals(FORGED)) {
                begun.strangers.forge(begun.execution, begun.imageId);
            }
            if (fault.equals(STOP) || (fault.equals(FORGED) && story.from.equals("PlanShare"))) {
                pipeline.executionsOf(story == Story.SWEPT ? "SweepClaims" : "ShareAmi").stream()
                        .filter(execution -> pipeline.describe(execution).status() == ExecutionStatus.RUNNING)
                        .forEach(pipeline::stop);
            }
            pipeline.cloud().kernel().runUntilQuiet();
            List<String> complaints = new ArrayList<>();
            begun.strangers.cleanUp();
            begun.strangers.judgeDecoys(complaints);
            End end = end(pipeline, story, begun, complaints);
            pipeline.cloud().faults().replace(List.of());
            again(pipeline, story, begun, complaints);
            var call = pipeline.calls().get(before + nth - 1);
            return new Run(what + ", " + call.function() + "'s " + call.action(), end, complaints);
        }
    }

    private static End end(Pipeline pipeline, Story story, Begun begun, List<String> complaints) {
        Share share = pipeline.ended(begun.execution);
        boolean isShared = pipeline.ledger().stream()
                .filter(item -> item.containsKey("committed"))
                .anyMatch(item -> item.toString().contains(story.target));
        End end = isShared ? End.SUCCEEDED : undone(pipeline, begun);
        if (end == End.LEFT_BEHIND) {
            complaints.add("left behind: " + pipeline.sharedImages() + " " + pipeline.sharedSnapshots() + " of "
                    + pipeline.ledger().size() + " shares; " + share.why());
        }
        if (share.status().equals("SUCCEEDED") && !isShared) {
            complaints.add("it says that it is shared, and the ledger does not");
            return End.LOST;
        }
        if (story.isSharedBefore && !pipeline.launch(B, begun.sharedBefore).equals("running")) {
            complaints.add("who could launch before cannot any more; " + share.why());
            return End.LOST;
        }
        return end;
    }

    private static End undone(Pipeline pipeline, Begun begun) {
        if (pipeline.everything().equals(begun.before)) {
            return End.UNDONE;
        }
        pipeline.letPass(Duration.ofHours(2));
        return pipeline.everything().equals(begun.before) ? End.UNDONE_BY_A_SWEEP : End.LEFT_BEHIND;
    }

    private static void again(Pipeline pipeline, Story story, Begun begun, List<String> complaints) {
        if (story.isUndone()) {
            pipeline.openVerifiersEyes();
        }
        Share share = pipeline.shareWith(story.request(begun.imageId));
        pipeline.cloud().kernel().runUntilQuiet();
        if (!share.status().equals("SUCCEEDED")) {
            complaints.add("the same request again fails: " + share.why());
        } else if (!pipeline.sharedImages().equals(List.of(share.imageId()))
                || pipeline.sharedSnapshots().size() != story.volumes) {
            complaints.add("not one shared image: " + pipeline.sharedImages() + " " + pipeline.sharedSnapshots());
        } else if (!pipeline.launch(story.target, share.imageId()).equals("running")) {
            complaints.add("the target cannot launch");
        } else if (!pipeline.launch("555555555555", share.imageId()).startsWith("refused")
                || pipeline.launch(STRANGER, share.imageId()).equals("running")) {
            complaints.add("a stranger can launch");
        }
    }
}
