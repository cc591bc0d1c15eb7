package dev.awssandbox.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

final class FunctionsTest {
    private static final String ACCOUNT = "111111111111";
    private static final String REGION = "eu-west-1";
    private static final Caller ADMINISTRATOR = Caller.administrator(ACCOUNT);

    private final Path directory;

    FunctionsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void givesTheHandlerItsInputAndTakesWhatItWrites() {
        try (Cloud cloud = simulated()) {
            create(cloud, "Echo");
            InvocationResult result = invoke(cloud, "Echo", "{\"imageId\": \"ami-1\"}");
            assertThat(result.text()).isEqualTo("{\"imageId\": \"ami-1\"}");
            assertThat(result.functionError()).isNull();
        }
    }

    @Test
    void givesTheHandlerTheVariablesOfItsTemplateAndThoseOfLambda() {
        try (Cloud cloud = simulated()) {
            create(cloud, "Variables");
            assertThat(invoke(cloud, "Variables", "{}").text())
                    .contains("LEDGER=shares")
                    .contains("AWS_REGION=eu-west-1")
                    .contains("AWS_ENDPOINT_URL=http://127.0.0.1:4566")
                    .contains("AWS_LAMBDA_FUNCTION_NAME=Variables")
                    .containsPattern("AWS_ACCESS_KEY_ID=ASIA\\w+")
                    .containsPattern("AWS_SESSION_TOKEN=\\S+");
        }
    }

    @Test
    void invokesTheVersionThatAnAliasPointsTo() {
        try (Cloud cloud = simulated()) {
            create(cloud, "Introduction");
            cloud.functions().publishVersion("Introduction");
            String live = cloud.functions().putAlias("Introduction", "live", "1");
            assertThat(invoke(cloud, live, "{}").text())
                    .isEqualTo(
                            "\"Introduction 1 arn:aws:lambda:eu-west-1:111111111111:function:Introduction:live 60000 512\"");
        }
    }

    @Test
    void doesNotKnowAVersionThatWasNotPublished() {
        try (Cloud cloud = simulated()) {
            create(cloud, "Echo");
            assertThatExceptionOfType(ResourceNotFoundException.class)
                    .isThrownBy(() -> invoke(cloud, "Echo:2", "{}"))
                    .withMessageContaining("Function not found");
        }
    }

    @Test
    void writesAnExceptionAsLambdaDoes() throws IOException {
        try (Cloud cloud = simulated()) {
            create(cloud, "Failing");
            InvocationResult result = invoke(cloud, "Failing", "{}");
            JsonNode error = new ObjectMapper().readTree(result.payload());
            assertThat(result.functionError()).isEqualTo("Unhandled");
            assertThat(error.path("errorType").asText()).isEqualTo("java.lang.IllegalStateException");
            assertThat(error.path("errorMessage").asText()).isEqualTo("no such image");
            assertThat(error.path("stackTrace")).singleElement().asString().contains("Handlers$Failing.handleRequest");
            assertThat(error.at("/cause/errorMessage").asText()).isEqualTo("ami-0");
        }
    }

    @Test
    void saysWhichClassIsMissing() {
        try (Cloud cloud = simulated()) {
            create(cloud, "Missing");
            assertThat(invoke(cloud, "Missing", "{}").text())
                    .contains("\"errorType\":\"java.lang.ClassNotFoundException\"")
                    .contains("Class not found: dev.awssandbox.lambda.Handlers$Missing");
        }
    }

    @Test
    void refusesAnAnswerThatIsTooLarge() {
        try (Cloud cloud = simulated()) {
            create(cloud, "Flooding");
            assertThat(invoke(cloud, "Flooding", "{}").text()).contains("Function.ResponseSizeTooLarge");
        }
    }

    @Test
    void usesAProcessAgainOnlyWhenItIsIdle() {
        try (Cloud cloud = simulated()) {
            create(cloud, "Counting");
            List<String> counts = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                cloud.functions().invoke("Counting", bytes("{}"), Invocation.Source.DIRECT, r -> counts.add(r.text()));
            }
            cloud.kernel().runUntilQuiet();
            counts.add(invoke(cloud, "Counting", "{}").text());
            assertThat(counts).containsExactly("\"1\"", "\"1\"", "\"2\"");
        }
    }

    @Test
    void takesNoProcessAgainThatWasIdleForLong() {
        try (Cloud cloud = simulated()) {
            create(cloud, "Counting");
            invoke(cloud, "Counting", "{}");
            cloud.kernel().after(Duration.ofHours(1), () -> {});
            cloud.kernel().runUntilQuiet();
            assertThat(invoke(cloud, "Counting", "{}").text()).isEqualTo("\"1\"");
        }
    }

    @Test
    void keepsTheLinesThatAFunctionLogs() {
        try (Cloud cloud = simulated()) {
            create(cloud, "Talking");
            InvocationResult result = invoke(cloud, "Talking", "{}");
            assertThat(result.logTail()).isEqualTo("printed\nlogged");
            assertThat(cloud.functions().logs("Talking")).containsExactly("printed", "logged");
        }
    }

    @Test
    void takesTheProcessAwayWhenTheTimeIsUp() {
        try (Cloud cloud = realTime()) {
            FunctionSpec hanging = spec(cloud, "Hanging", Duration.ofMillis(50));
            cloud.functions().create(hanging);
            CompletableFuture<InvocationResult> ended = new CompletableFuture<>();
            cloud.functions().invoke("Hanging", bytes("{}"), Invocation.Source.DIRECT, ended::complete);
            assertThat(ended.join().text())
                    .contains("\"errorType\":\"Sandbox.Timedout\"")
                    .contains("Error: Task timed out after 0.05 seconds");
        }
    }

    @Test
    void aKilledProcessLeavesAnErrorWithoutAType() {
        try (Cloud cloud = realTime()) {
            create(cloud, "Hanging");
            List<InvocationResult> results = new ArrayList<>();
            Invocation.Source source = new Invocation.Source("CopySnapshot", "arn:aws:states:execution");
            cloud.functions().invoke("Hanging", bytes("{}"), source, results::add);
            RunningFunction running = cloud.functions().running().get(0);
            assertThat(running.label()).isEqualTo("CopySnapshot");

            cloud.functions().kill(running);

            assertThat(results)
                    .singleElement()
                    .extracting(InvocationResult::text)
                    .asString()
                    .contains("Process exited before completing request")
                    .doesNotContain("errorType");
            assertThatExceptionOfType(Kernel.RunGone.class)
                    .isThrownBy(() -> cloud.kernel().call(running.run(), () -> "answer"));
        }
    }

    @Test
    void answersTheApiWithErrorAndLogTail() {
        try (Cloud cloud = realTime()) {
            create(cloud, "Talking");
            InvokeResponse response = cloud.functions()
                    .client(ADMINISTRATOR, REGION)
                    .invoke(r ->
                            r.functionName("Talking").logType(LogType.TAIL).payload(SdkBytes.fromUtf8String("{}")));
            assertThat(response.payload().asUtf8String()).isEqualTo("1");
            assertThat(response.executedVersion()).isEqualTo("$LATEST");
            assertThat(response.logResult()).isEqualTo("cHJpbnRlZApsb2dnZWQ=");
        }
    }

    @Test
    void letsAnotherAccountInvokeOnlyWithAPermission() {
        try (Cloud cloud = realTime()) {
            create(cloud, "Echo");
            var stranger = cloud.functions().client(Caller.administrator("222222222222"), REGION);
            String arn = "arn:aws:lambda:eu-west-1:111111111111:function:Echo";
            assertThatExceptionOfType(LambdaException.class)
                    .isThrownBy(() -> stranger.invoke(r -> r.functionName(arn)))
                    .withMessageContaining("is not authorized to perform: lambda:InvokeFunction on resource: " + arn);
            cloud.functions().addPermission("Echo", "222222222222");
            assertThat(stranger.invoke(r -> r.functionName(arn)).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void refusesARoleThatLambdaMayNotAssume() {
        try (Cloud cloud = simulated()) {
            String role = role(cloud, "ForEc2", "ec2.amazonaws.com");
            FunctionSpec spec = new FunctionSpec(
                    "Echo",
                    ACCOUNT,
                    REGION,
                    HandlerJar.in(directory),
                    "x.Echo",
                    Map.of(),
                    role,
                    Duration.ofSeconds(3),
                    128);
            assertThatExceptionOfType(InvalidParameterValueException.class)
                    .isThrownBy(() -> cloud.functions().create(spec))
                    .withMessageContaining("cannot be assumed by Lambda");
        }
    }

    private static Cloud simulated() {
        return new Cloud(Kernel.simulated(1), Settings.defaults(), URI.create("http://127.0.0.1:4566"));
    }

    private static Cloud realTime() {
        return new Cloud(Kernel.realTime(1), Settings.defaults());
    }

    private void create(Cloud cloud, String handler) {
        cloud.functions().create(spec(cloud, handler, Duration.ofSeconds(60)));
    }

    private FunctionSpec spec(Cloud cloud, String handler, Duration timeout) {
        return new FunctionSpec(
                handler,
                ACCOUNT,
                REGION,
                HandlerJar.in(directory),
                "dev.awssandbox.lambda.Handlers$" + handler + "::handleRequest",
                Map.of("LEDGER", "shares"),
                role(cloud, handler + "Role", "lambda.amazonaws.com"),
                timeout,
                512);
    }

    private static String role(Cloud cloud, String name, String service) {
        String trust =
                """
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Principal": {"Service": "%s"}, "Action": "sts:AssumeRole"}]}"""
                        .formatted(service);
        return cloud.iam()
                .client(ADMINISTRATOR, REGION)
                .createRole(r -> r.roleName(name).assumeRolePolicyDocument(trust))
                .role()
                .arn();
    }

    private static InvocationResult invoke(Cloud cloud, String function, String payload) {
        List<InvocationResult> results = new ArrayList<>();
        cloud.functions().invoke(function, bytes(payload), Invocation.Source.DIRECT, results::add);
        cloud.kernel().runUntilQuiet();
        return results.get(0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
