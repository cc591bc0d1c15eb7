package dev.awssandbox.sfn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.events.Rule;
import dev.awssandbox.kernel.Kernel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;

/** A cloud in simulated time with nothing but Step Functions in it, and {@link TestFunctions} for Lambda. */
final class World implements AutoCloseable {
    static final String ROLE = "arn:aws:iam::111111111111:role/Machine";

    private static final Caller ADMINISTRATOR = Caller.administrator("111111111111");
    private static final String TRUST =
            """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
              "Principal": {"Service": "states.amazonaws.com"}}]}
            """;

    private final Cloud cloud;
    private final StepFunctions service;
    private final List<String> invocations = new ArrayList<>();
    private int machines;

    private World(long seed, boolean ownFunctions) {
        cloud = new Cloud(Kernel.simulated(seed), Settings.defaults());
        cloud.iam().client(ADMINISTRATOR, "us-east-1").createRole(r -> r.roleName("Machine")
                .assumeRolePolicyDocument(TRUST));
        TestFunctions functions = new TestFunctions();
        service = ownFunctions
                ? cloud.stepFunctions()
                : new StepFunctions(cloud, (roleArn, function, payload, source, done) -> {
                    invocations.add(source.state() + " at " + cloud.kernel().now());
                    TestFunctions.Answer answer = functions.call(function, payload);
                    cloud.kernel().after(answer.after(), () -> done.accept(answer.result()));
                });
    }

    static World seeded(long seed) {
        return new World(seed, false);
    }

    static World any() {
        return new World(1, false);
    }

    /** With the cloud's own Lambda, in which there is no function, and so with all that its other services do for it. */
    static World withItsOwnFunctions() {
        return new World(1, true);
    }

    /** Starts {@code watcher} whenever an execution of {@code machine} fails. */
    void onFailure(String machine, String watcher) {
        Caller events = role("Events", "states:StartExecution", watcher);
        String pattern =
                """
                {"source": ["aws.states"], "detail": {"status": ["FAILED"], "stateMachineArn": ["%s"]}}"""
                        .formatted(machine);
        Rule.Target target =
                new Rule.Target("watcher", watcher, events.principalArn(), null, 0, Duration.ofMinutes(1), null);
        cloud.events().putRule(new Rule("failed", "111111111111", "us-east-1", pattern, null, true, List.of(target)));
    }

    SfnClient client() {
        return service.client(ADMINISTRATOR, "us-east-1");
    }

    SfnClient client(Caller caller) {
        return service.client(caller, "us-east-1");
    }

    StepFunctions service() {
        return service;
    }

    /** A session of a new role that may do one thing. */
    Caller role(String name, String action, String resource) {
        IamClient iam = cloud.iam().client(ADMINISTRATOR, "us-east-1");
        String arn = "arn:aws:iam::111111111111:role/" + name;
        iam.createRole(r -> r.roleName(name)
                .assumeRolePolicyDocument(TRUST.replace("states.", name.toLowerCase(Locale.ROOT) + ".")));
        iam.putRolePolicy(r -> r.roleName(name)
                .policyName("only")
                .policyDocument(
                        """
                        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "%s", "Resource": "%s"}]}
                        """
                                .formatted(action, resource)));
        return Caller.roleSession(arn, cloud.iam().roleId(arn).orElseThrow(), "test");
    }

    Kernel kernel() {
        return cloud.kernel();
    }

    /** Which states invoked a function, and when. */
    List<String> invocations() {
        return invocations;
    }

    String machine(String definition) {
        String name = machines++ == 0 ? "Machine" : "Machine" + machines;
        return client().createStateMachine(
                        r -> r.name(name).definition(definition).roleArn(ROLE))
                .stateMachineArn();
    }

    String start(String definition, String input) {
        String machine = machine(definition);
        return client().startExecution(r -> r.stateMachineArn(machine).input(input))
                .executionArn();
    }

    /** Runs a definition until nothing is left to happen. */
    Run run(String definition, String input) {
        return ended(start(definition, input));
    }

    Run ended(String execution) {
        kernel().runUntilQuiet();
        return new Run(
                client().describeExecution(r -> r.executionArn(execution)),
                client().getExecutionHistoryPaginator(r -> r.executionArn(execution)).events().stream()
                        .toList());
    }

    @Override
    public void close() {
        cloud.close();
    }

    /** An execution that has ended. */
    record Run(DescribeExecutionResponse description, List<HistoryEvent> events) {
        ExecutionStatus status() {
            return description.status();
        }

        JsonNode output() {
            try {
                return Json.parse(description.output());
            } catch (JsonProcessingException e) {
                throw new AssertionError(description.toString(), e);
            }
        }

        Duration took() {
            return Duration.between(description.startDate(), description.stopDate());
        }

        /** The events as {@code id<previous Type}. */
        List<String> shape() {
            return events.stream()
                    .map(event -> event.id() + "<" + event.previousEventId() + " " + event.typeAsString())
                    .toList();
        }

        Stream<String> entered() {
            return events.stream()
                    .filter(event -> event.stateEnteredEventDetails() != null)
                    .map(event -> event.stateEnteredEventDetails().name());
        }
    }
}
