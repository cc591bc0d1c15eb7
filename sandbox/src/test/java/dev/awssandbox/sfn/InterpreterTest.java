package dev.awssandbox.sfn;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;

final class InterpreterTest {
    private static final String ECHO = "\"Resource\": \"arn:aws:lambda:us-east-1:111111111111:function:Echo\"";
    private static final String FAIL = "\"Resource\": \"arn:aws:lambda:us-east-1:111111111111:function:Fail\"";
    private static final String SLOW = "\"Resource\": \"arn:aws:lambda:us-east-1:111111111111:function:Slow\"";

    @Test
    void writesTheHistoryOfATask() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    machine("\"A\": {\"Type\": \"Task\", " + ECHO + ", \"TimeoutSeconds\": 9, \"End\": true}"),
                    "{\"a\":1}");

            assertThat(run.shape())
                    .containsExactly(
                            "1<0 ExecutionStarted",
                            "2<0 TaskStateEntered",
                            "3<2 LambdaFunctionScheduled",
                            "4<3 LambdaFunctionStarted",
                            "5<4 LambdaFunctionSucceeded",
                            "6<5 TaskStateExited",
                            "7<6 ExecutionSucceeded");
            assertThat(run.events().get(0).executionStartedEventDetails().roleArn())
                    .isEqualTo(World.ROLE);
            assertThat(run.events().get(2).lambdaFunctionScheduledEventDetails())
                    .satisfies(details -> {
                        assertThat(details.input()).isEqualTo("{\"a\":1}");
                        assertThat(details.resource()).endsWith(":function:Echo");
                        assertThat(details.timeoutInSeconds()).isEqualTo(9);
                    });
        }
    }

    @Test
    void writesTheHistoryOfAMap() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    machine(
                            """
                            "A": {"Type": "Map", "MaxConcurrency": 1, "End": true, "ItemProcessor":
                              {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 5, "End": true}}}}
                            """),
                    "[1, 2]");

            assertThat(run.shape())
                    .containsExactly(
                            "1<0 ExecutionStarted",
                            "2<0 MapStateEntered",
                            "3<2 MapStateStarted",
                            "4<3 MapIterationStarted",
                            "5<4 WaitStateEntered",
                            "6<5 WaitStateExited",
                            "7<6 MapIterationSucceeded",
                            "8<3 MapIterationStarted",
                            "9<8 WaitStateEntered",
                            "10<9 WaitStateExited",
                            "11<10 MapIterationSucceeded",
                            "12<11 MapStateSucceeded",
                            "13<11 MapStateExited",
                            "14<13 ExecutionSucceeded");
            assertThat(run.took()).isEqualTo(Duration.ofSeconds(10));
        }
    }

    @Test
    void anIterationThatFailsAbortsTheOthersWhoseFunctionsRunOnUnheard() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    machine(
                            """
                            "A": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Which", "States": {
                              "Which": {"Type": "Choice", "Choices": [{"Variable": "$.seconds", "IsPresent": true, "Next": "B"}], "Default": "C"},
                              "B": {"Type": "Task", %s, "Next": "D"}, "C": {"Type": "Task", %s, "End": true}, "D": {"Type": "Task", %s, "End": true}}}}
                            """
                                    .formatted(SLOW, FAIL, ECHO)),
                    "[{\"seconds\": 60}, {\"error\": \"E\"}]");

            assertThat(run.status()).isEqualTo(ExecutionStatus.FAILED);
            assertThat(run.took()).isLessThan(Duration.ofSeconds(1));
            assertThat(run.shape().subList(run.shape().size() - 5, run.shape().size()))
                    .containsExactly(
                            "16<15 LambdaFunctionFailed",
                            "17<16 MapIterationFailed",
                            "18<9 MapIterationAborted",
                            "19<16 MapStateFailed",
                            "20<19 ExecutionFailed");
            assertThat(run.entered()).doesNotContain("D");
            assertThat(world.kernel().now())
                    .isAfterOrEqualTo(run.description().startDate().plusSeconds(60));
        }
    }

    @Test
    void atMostFortyIterationsRunAtOnce() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    machine(
                            """
                            "A": {"Type": "Map", "ItemsPath": "$.l", "End": true, "ItemProcessor":
                              {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 10, "End": true}}}}
                            """),
                    "{\"l\": " + IntStream.range(0, 100).boxed().toList() + "}");

            assertThat(run.took()).isEqualTo(Duration.ofSeconds(30));
        }
    }

    @Test
    void thousandsOfIterationsNeedNoStack() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    machine(
                            """
                            "A": {"Type": "Map", "ItemsPath": "$.l", "ResultPath": null, "End": true, "ItemProcessor":
                              {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}}
                            """),
                    "{\"l\": " + IntStream.range(0, 6_000).boxed().toList() + "}");

            assertThat(run.status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        }
    }

    @Test
    void tenHoursPassInNoTime() {
        try (World world = World.any()) {
            World.Run run = world.run(machine("\"A\": {\"Type\": \"Wait\", \"Seconds\": 36000, \"End\": true}"), "{}");

            assertThat(run.took()).isEqualTo(Duration.ofHours(10));
        }
    }

    @Test
    void waitsUntilATime() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    machine("\"A\": {\"Type\": \"Wait\", \"TimestampPath\": \"$.t\", \"End\": true}"),
                    "{\"t\": \"2026-01-02T01:00:00+01:00\"}");

            assertThat(run.description().stopDate()).isEqualTo("2026-01-02T00:00:00Z");
        }
    }

    @Test
    void theDelayBetweenRetriesGrowsUpToItsLimit() {
        try (World world = World.any()) {
            world.run(
                    retrying("\"IntervalSeconds\": 2, \"BackoffRate\": 3, \"MaxAttempts\": 4, \"MaxDelaySeconds\": 20"),
                    "{}");

            assertThat(world.invocations())
                    .containsExactly(
                            "A at 2026-01-01T00:00:00Z",
                            "A at 2026-01-01T00:00:02.001Z",
                            "A at 2026-01-01T00:00:08.002Z",
                            "A at 2026-01-01T00:00:26.003Z",
                            "A at 2026-01-01T00:00:46.004Z");
        }
    }

    @Test
    void jitterIsDrawnFromTheSeed() {
        String definition = retrying(
                "\"IntervalSeconds\": 100, \"BackoffRate\": 1, \"MaxAttempts\": 5, \"JitterStrategy\": \"FULL\"");

        List<String> first = invocations(7, definition);

        assertThat(invocations(7, definition)).isEqualTo(first).hasSize(6);
        assertThat(invocations(8, definition)).isNotEqualTo(first);
    }

    @Test
    void aTaskThatTimesOutIsLeftAlone() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    machine("\"A\": {\"Type\": \"Task\", " + SLOW + ", \"TimeoutSeconds\": 30, \"End\": true}"),
                    "{\"seconds\": 3600}");

            assertThat(run.took()).isEqualTo(Duration.ofSeconds(30));
            assertThat(run.description().error()).isEqualTo("States.Timeout");
            assertThat(run.shape()).endsWith("5<4 LambdaFunctionTimedOut", "6<5 ExecutionFailed");
        }
    }

    @Test
    void aLateAnswerOfAnEarlierAttemptIsNotHeard() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    machine(
                            "\"A\": {\"Type\": \"Task\", " + SLOW
                                    + ", \"TimeoutSeconds\": 3, \"Retry\": [{\"ErrorEquals\": [\"States.Timeout\"], \"IntervalSeconds\": 1, \"MaxAttempts\": 2}], \"End\": true}"),
                    "{\"seconds\": 5}");

            assertThat(run.events().stream().map(HistoryEvent::type))
                    .doesNotContain(HistoryEventType.LAMBDA_FUNCTION_SUCCEEDED)
                    .endsWith(HistoryEventType.LAMBDA_FUNCTION_TIMED_OUT, HistoryEventType.EXECUTION_FAILED);
        }
    }

    @Test
    void theMachineMayTimeOut() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    """
                    {"TimeoutSeconds": 60, "StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}}
                    """,
                    "{}");

            assertThat(run.status()).isEqualTo(ExecutionStatus.TIMED_OUT);
            assertThat(run.took()).isEqualTo(Duration.ofMinutes(1));
            assertThat(run.shape()).endsWith("3<2 ExecutionTimedOut");
            assertThat(world.kernel().now()).isEqualTo(run.description().stopDate());
        }
    }

    @Test
    void theHistoryEndsAtItsLimit() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    machine(
                            """
                            "A": {"Type": "Pass", "Next": "B"},
                            "B": {"Type": "Choice", "Choices": [{"Variable": "$.end", "IsPresent": true, "Next": "C"}], "Default": "A"},
                            "C": {"Type": "Succeed"}
                            """),
                    "{}");

            assertThat(run.events()).hasSize(25_000);
            assertThat(run.events().get(24_999).type()).isEqualTo(HistoryEventType.EXECUTION_FAILED);
            assertThat(run.description().cause())
                    .isEqualTo("The execution reached the maximum number of history events (25000).");
        }
    }

    private static List<String> invocations(long seed, String definition) {
        try (World world = World.seeded(seed)) {
            world.run(definition, "{}");
            return world.invocations();
        }
    }

    private static String retrying(String retrier) {
        return machine("\"A\": {\"Type\": \"Task\", " + FAIL + ", \"Retry\": [{\"ErrorEquals\": [\"States.ALL\"], "
                + retrier + "}], \"End\": true}");
    }

    private static String machine(String states) {
        return "{\"StartAt\": \"A\", \"States\": {" + states + "}}";
    }
}
