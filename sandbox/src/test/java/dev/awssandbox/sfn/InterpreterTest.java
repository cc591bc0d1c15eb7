package dev.awssandbox.sfn;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

final class InterpreterTest {
    @Test
    void aTaskTakesItsPayloadFromParametersAndPutsItsResultWhereResultPathSays() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    """
                    {"StartAt": "Work", "States": {"Work": {"Type": "Task",
                      "Resource": "arn:aws:lambda:us-east-1:111111111111:function:Echo",
                      "Parameters": {"all.$": "$", "execution.$": "$$.Execution.Id", "fixed": [1, {"of.$": "$.b"}]},
                      "ResultSelector": {"seen.$": "$.fixed[1].of"}, "ResultPath": "$.work.done", "End": true}}}
                    """,
                    "{\"a\": 1, \"b\": \"two\"}");

            assertThat(run.status()).isEqualTo(ExecutionStatus.SUCCEEDED);
            assertThat(run.output()).hasToString("{\"a\":1,\"b\":\"two\",\"work\":{\"done\":{\"seen\":\"two\"}}}");
            assertThat(run.shape())
                    .containsExactly(
                            "1<0 ExecutionStarted",
                            "2<0 TaskStateEntered",
                            "3<2 LambdaFunctionScheduled",
                            "4<3 LambdaFunctionStarted",
                            "5<4 LambdaFunctionSucceeded",
                            "6<5 TaskStateExited",
                            "7<6 ExecutionSucceeded");
        }
    }

    @Test
    void tenHoursPassInNoTime() {
        try (World world = World.any()) {
            World.Run run = world.run(
                    """
                    {"StartAt": "Night", "States": {"Night": {"Type": "Wait", "Seconds": 36000, "End": true}}}
                    """,
                    "{}");

            assertThat(run.took()).isEqualTo(Duration.ofHours(10));
        }
    }
}
