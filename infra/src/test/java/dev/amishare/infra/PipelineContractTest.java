package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One name in five places: state, step class, handler, construct, placeholder. */
final class PipelineContractTest {
    /** A function that stands in a second state bears one of these there. */
    private static final String SUFFIX = "(OfAbandoned|AfterUndo|OfShares|Beforehand)";

    private static final List<Definition> DEFINITIONS = List.of(Definition.shareAmi(), Definition.sweepClaims());

    @Test
    void aStateBearsTheNameOfItsFunction() {
        for (Definition definition : DEFINITIONS) {
            definition.tasks().forEach((state, task) -> assertThat(
                            task.path("Resource").asText())
                    .as(state)
                    .isEqualTo("${" + state.replaceFirst(SUFFIX + "$", "") + "}"));
        }
    }

    @Test
    void everyFunctionStandsInAStateOfItsOwnName() {
        Set<String> plain = new TreeSet<>();
        DEFINITIONS.forEach(definition -> plain.addAll(definition.tasks().keySet()));
        plain.removeIf(state -> state.matches(".*" + SUFFIX));
        assertThat(plain).isEqualTo(functions());
    }

    @Test
    void aFunctionHasAStepAndAHandlerOfItsName() throws ClassNotFoundException {
        for (String function : functions()) {
            Class<?> step = Class.forName("dev.amishare.step." + function);
            assertThat(step).isFinal();
            assertThat(Stream.of(step.getDeclaredClasses())
                            .filter(Class::isRecord)
                            .map(Class::getSimpleName))
                    .as(function)
                    .contains("Input", "Output");
            assertThat(RequestStreamHandler.class)
                    .isAssignableFrom(Class.forName("dev.amishare.lambda." + function + "Handler"));
        }
    }

    @Test
    void aConstructBearsTheNameOfItsFunctionAndNamesItsHandler() {
        Synthesized.usual()
                .resources("AmiShare", "AWS::Lambda::Function")
                .values()
                .forEach(function -> {
                    String path = function.path("Metadata").path("aws:cdk:path").asText();
                    String handler = function.path("Properties").path("Handler").asText();
                    assertThat(path)
                            .isEqualTo("AmiShare/"
                                    + handler.replaceFirst("^dev\\.amishare\\.lambda\\.(\\w+)Handler$", "$1")
                                    + "/Resource");
                });
        assertThat(functions())
                .hasSize(Synthesized.usual()
                        .resources("AmiShare", "AWS::Lambda::Function")
                        .size());
    }

    @Test
    void aPlaceholderIsFilledWithTheAliasOfItsFunction() {
        JsonNode machine = Synthesized.usual()
                .properties("AmiShare", "AWS::StepFunctions::StateMachine", "ShareAmi/Machine/Resource");
        machine.path("DefinitionSubstitutions").properties().forEach(substitution -> {
            assertThat(substitution.getValue().path("Ref").asText()).startsWith(substitution.getKey() + "Live");
        });
    }

    /** So that a task that timed out has surely ended, and may be tried again. */
    @Test
    void aTaskWaitsLongerThanItsFunctionMayRun() {
        Map<String, Integer> timeouts = new HashMap<>();
        Synthesized.usual()
                .resources("AmiShare", "AWS::Lambda::Function")
                .values()
                .forEach(function -> {
                    JsonNode properties = function.path("Properties");
                    timeouts.put(
                            properties.path("Handler").asText().replaceFirst("^.*\\.(\\w+)Handler$", "$1"),
                            properties.path("Timeout").asInt());
                });
        for (Definition definition : DEFINITIONS) {
            definition.tasks().forEach((state, task) -> assertThat(
                            task.path("TimeoutSeconds").asInt())
                    .as(state)
                    .isGreaterThan(timeouts.getOrDefault(Definition.function(task), 900)));
        }
    }

    @Test
    void everyTaskRetriesWhatMayPassAndDoesSoWithJitter() {
        for (Definition definition : DEFINITIONS) {
            definition.tasks().forEach((state, task) -> {
                List<String> retried = new ArrayList<>();
                task.path("Retry").forEach(retrier -> {
                    retried.addAll(Synthesized.texts(retrier.path("ErrorEquals")));
                    assertThat(retrier.path("JitterStrategy").asText()).isEqualTo("FULL");
                    assertThat(retrier.path("MaxDelaySeconds").asInt()).isPositive();
                });
                assertThat(retried)
                        .as(state)
                        .contains(
                                "dev.amishare.error.AwsUnavailable",
                                "Lambda.ServiceException",
                                "Lambda.AWSLambdaException",
                                "Lambda.SdkClientException",
                                "Lambda.ClientExecutionTimeoutException",
                                "Lambda.TooManyRequestsException",
                                "Lambda.SnapStartNotReadyException",
                                "Lambda.Unknown",
                                "States.Timeout")
                        .doesNotContain("States.ALL", "States.TaskFailed");
            });
        }
    }

    @Test
    void whateverFailsInARegionLeadsToItsUndo() {
        Definition shareAmi = Definition.shareAmi();
        shareAmi.states().forEach((name, state) -> {
            boolean canFail = shareAmi.isA("Task", name) || shareAmi.isA("Map", name);
            if (shareAmi.isWithin("ShareRegions", name) && canFail) {
                boolean undoes = Set.of("UndoShare", "UpdateKeyPolicyAfterUndo", "ReleaseClaim")
                        .contains(name);
                assertThat(Definition.catches(state))
                        .as(name)
                        .containsEntry("States.ALL", undoes ? "LeftToSweep" : "UndoShare");
            }
        });
    }

    @Test
    void whatHasChangedNothingIsNotCaught() {
        assertThat(Definition.catches(
                        Objects.requireNonNull(Definition.shareAmi().states().get("PlanShare"))))
                .isEmpty();
    }

    private static Set<String> functions() {
        Set<String> functions = new TreeSet<>();
        DEFINITIONS.forEach(definition ->
                definition.tasks().values().stream().map(Definition::function).forEach(functions::add));
        return functions;
    }
}
