package dev.awssandbox.sfn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.awssandbox.Caller;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryResponse;
import software.amazon.awssdk.services.sfn.model.SfnException;

final class StepFunctionsTest {
    private static final String WAIT =
            """
            {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "Next": "B"}, "B": {"Type": "Succeed"}}}
            """;

    @Test
    void theSameStartTwiceIsOneExecution() {
        try (World world = World.any()) {
            SfnClient client = world.client();
            String machine = world.machine(WAIT);
            String first = client.startExecution(
                            r -> r.stateMachineArn(machine).name("one").input("{}"))
                    .executionArn();

            assertThat(client.startExecution(
                                    r -> r.stateMachineArn(machine).name("one").input("{}"))
                            .executionArn())
                    .isEqualTo(first)
                    .isEqualTo("arn:aws:states:us-east-1:111111111111:execution:Machine:one");
            assertFails(
                    "ExecutionAlreadyExists",
                    () -> client.startExecution(
                            r -> r.stateMachineArn(machine).name("one").input("{\"a\":1}")));
            world.kernel().runUntilQuiet();
            assertFails(
                    "ExecutionAlreadyExists",
                    () -> client.startExecution(
                            r -> r.stateMachineArn(machine).name("one").input("{}")));
        }
    }

    @Test
    void refusesWhatCannotBeStarted() {
        try (World world = World.any()) {
            SfnClient client = world.client();
            String machine = world.machine(WAIT);

            assertFails(
                    "InvalidExecutionInput",
                    () -> client.startExecution(r -> r.stateMachineArn(machine).input("{")));
            assertFails(
                    "InvalidName",
                    () -> client.startExecution(r -> r.stateMachineArn(machine).name("a b")));
            assertFails("InvalidArn", () -> client.startExecution(r -> r.stateMachineArn("machine")));
            assertFails("StateMachineDoesNotExist", () -> client.startExecution(r -> r.stateMachineArn(machine + "2")));
            assertFails(
                    "ExecutionDoesNotExist",
                    () -> client.describeExecution(
                            r -> r.executionArn("arn:aws:states:us-east-1:111111111111:execution:Machine:none")));
            assertThat(client.listExecutions(r -> r.stateMachineArn(machine)).executions())
                    .isEmpty();
        }
    }

    @Test
    void aMachineIsReadBackAsItWasMadeAndAfterAnUpdateAsThat() {
        try (World world = World.any()) {
            SfnClient client = world.client();
            String machine = world.machine(WAIT);
            String execution =
                    client.startExecution(r -> r.stateMachineArn(machine)).executionArn();
            String other = WAIT.replace("60", "61");

            client.updateStateMachine(r -> r.stateMachineArn(machine).definition(other));

            assertThat(client.describeStateMachine(r -> r.stateMachineArn(machine))
                            .definition())
                    .isEqualTo(other);
            assertThat(client.describeStateMachineForExecution(r -> r.executionArn(execution))
                            .definition())
                    .isEqualTo(WAIT);
            assertThat(world.ended(execution).took()).isEqualTo(Duration.ofSeconds(60));
            assertFails(
                    "InvalidDefinition",
                    () -> client.updateStateMachine(
                            r -> r.stateMachineArn(machine).definition("{}")));
            assertThat(client.listStateMachines().stateMachines()).hasSize(1);
            client.deleteStateMachine(r -> r.stateMachineArn(machine));
            assertThat(client.listStateMachines().stateMachines()).isEmpty();
        }
    }

    @Test
    void aStoppedExecutionIsAbortedAndMakesNoTimePass() {
        try (World world = World.any()) {
            String execution = world.start(WAIT, "{}");
            world.client()
                    .stopExecution(
                            r -> r.executionArn(execution).error("Enough").cause("of it"));

            World.Run run = world.ended(execution);

            assertThat(run.status()).isEqualTo(ExecutionStatus.ABORTED);
            assertThat(run.description().error()).isEqualTo("Enough");
            assertThat(run.shape()).containsExactly("1<0 ExecutionStarted", "2<0 ExecutionAborted");
            assertThat(run.took()).isZero();
            assertThat(world.kernel().now()).isEqualTo(run.description().stopDate());
        }
    }

    @Test
    void listsTheLatestFirstByStatusAndInPages() {
        try (World world = World.any()) {
            SfnClient client = world.client();
            String machine = world.machine(WAIT);
            for (String name : new String[] {"one", "two", "three"}) {
                client.startExecution(r -> r.stateMachineArn(machine).name(name));
            }
            client.stopExecution(r -> r.executionArn(machine.replace("stateMachine", "execution") + ":two"));

            assertThat(
                            client
                                    .listExecutionsPaginator(
                                            r -> r.stateMachineArn(machine).maxResults(1))
                                    .executions()
                                    .stream()
                                    .map(ExecutionListItem::name))
                    .containsExactly("three", "two", "one");
            assertThat(client.listExecutions(r -> r.stateMachineArn(machine).statusFilter(ExecutionStatus.RUNNING))
                            .executions())
                    .extracting(ExecutionListItem::name)
                    .containsExactly("three", "one");
        }
    }

    @Test
    void givesTheHistoryInPagesBackwardsAndWithoutData() {
        try (World world = World.any()) {
            World.Run run = world.run(WAIT, "{\"a\": 1}");
            String execution = run.description().executionArn();

            GetExecutionHistoryResponse page = world.client().getExecutionHistory(r -> r.executionArn(execution)
                    .reverseOrder(true)
                    .maxResults(2)
                    .includeExecutionData(false));

            assertThat(page.events().get(0).typeAsString()).isEqualTo("ExecutionSucceeded");
            assertThat(page.events().get(0).executionSucceededEventDetails().output())
                    .isNull();
            assertThat(page.nextToken()).isNotNull();
            assertThat(run.events().get(1).stateEnteredEventDetails().input()).isEqualTo("{\"a\":1}");
        }
    }

    @Test
    void nobodyActsInAnAccountThatIsNotTheirs() {
        try (World world = World.any()) {
            String machine = world.machine(WAIT);
            SfnClient stranger = world.client(Caller.administrator("222222222222"));

            assertFails("AccessDeniedException", () -> stranger.startExecution(r -> r.stateMachineArn(machine)));
            assertFails("AccessDeniedException", () -> stranger.describeStateMachine(r -> r.stateMachineArn(machine)));
        }
    }

    @Test
    void aRoleMayOnlyWhatItsPolicySays() {
        try (World world = World.any()) {
            String machine = world.machine(WAIT);
            SfnClient starter = world.client(world.role("Starter", "states:StartExecution", machine));
            String execution =
                    starter.startExecution(r -> r.stateMachineArn(machine)).executionArn();

            assertThatThrownBy(() -> starter.describeExecution(r -> r.executionArn(execution)))
                    .hasMessageContaining(
                            "is not authorized to perform: states:DescribeExecution on resource: " + execution);
        }
    }

    @Test
    void aMachineNeedsARoleThatTheServiceMayAssume() {
        try (World world = World.any()) {
            world.role("Other", "states:StartExecution", "*");

            assertFails("AccessDeniedException", () -> world.client()
                    .createStateMachine(
                            r -> r.name("M").definition(WAIT).roleArn("arn:aws:iam::111111111111:role/Other")));
        }
    }

    @Test
    void asksElsewhereForExecutionsThatAreNotHere() {
        try (World world = World.any()) {
            String here = world.start(WAIT, "{}");
            String there = here.replace(":Machine:", ":Other:");
            world.service().describeElsewhere(request -> DescribeExecutionResponse.builder()
                    .executionArn(request.executionArn())
                    .status(ExecutionStatus.TIMED_OUT)
                    .build());

            assertThat(world.client()
                            .describeExecution(r -> r.executionArn(there))
                            .status())
                    .isEqualTo(ExecutionStatus.TIMED_OUT);
            assertThat(world.client()
                            .describeExecution(r -> r.executionArn(here))
                            .status())
                    .isEqualTo(ExecutionStatus.RUNNING);
        }
    }

    @Test
    void tellsTheEventBusHowAnExecutionEnded() throws Exception {
        try (World world = World.withItsOwnFunctions()) {
            String watcher = world.machine("{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}");
            String watched = world.machine(
                    "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Fail\", \"Error\": \"E\", \"Cause\": \"c\"}}}");
            world.onFailure(watched, watcher);

            world.client()
                    .startExecution(r -> r.stateMachineArn(watched).name("one").input("{\"a\":1}"));
            world.kernel().runUntilQuiet();

            String started = world.client()
                    .listExecutions(r -> r.stateMachineArn(watcher))
                    .executions()
                    .get(0)
                    .executionArn();
            JsonNode event = Json.parse(world.client()
                    .describeExecution(r -> r.executionArn(started))
                    .input());
            assertThat(event.path("source").asText()).isEqualTo("aws.states");
            assertThat(event.at("/resources/0").asText()).endsWith(":execution:Machine2:one");
            assertThat(Json.write(event.path("detail")))
                    .contains(
                            "\"stateMachineArn\":\"" + watched + "\"",
                            "\"status\":\"FAILED\"",
                            "\"startDate\":1767225600000",
                            "\"input\":\"{\\\"a\\\":1}\"",
                            "\"output\":null",
                            "\"error\":\"E\"",
                            "\"cause\":\"c\"");
        }
    }

    private static void assertFails(String code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SfnException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(e.statusCode()).isEqualTo(400);
        });
    }
}
