package dev.awssandbox.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.awssandbox.CallLog.Call;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Faults.Kind;
import dev.awssandbox.Faults.Rule;
import dev.awssandbox.Sandbox;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.IamClient;

/** Functions call the sandbox over the wire: in their turn, under their state's name, and with the faults that are meant for them. */
final class CallsOfFunctionsTest {
    private static final String ACCOUNT = "111111111111";
    private static final String REGION = "eu-west-1";
    private static final String ASSUME =
            "sts:AssumeRole&RoleArn=arn:aws:iam::111111111111:role/Verifier&RoleSessionName=verify";

    private final Path directory;

    CallsOfFunctionsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void areLoggedUnderTheNameOfTheState() {
        try (Sandbox sandbox = sandbox(1)) {
            assertThat(run(sandbox, "Look", "ec2:DescribeVpcs sts:GetCallerIdentity"))
                    .containsExactly("200 200");
            assertThat(sandbox.cloud().calls().calls())
                    .extracting(Call::function, Call::action)
                    .containsExactly(tuple("Look", "DescribeVpcs"), tuple("Look", "GetCallerIdentity"));
        }
    }

    @Test
    void areTheFunctionsAlsoUnderARoleThatItHasAssumed() {
        try (Sandbox sandbox = sandbox(1)) {
            assertThat(run(sandbox, "Verify", ASSUME + " sts:GetCallerIdentity"))
                    .containsExactly("200 200");
            assertThat(sandbox.cloud().calls().calls())
                    .extracting(Call::function)
                    .containsExactly("Verify", "Verify");
            assertThat(sandbox.cloud().calls().calls().get(1).caller())
                    .isEqualTo("arn:aws:sts::111111111111:assumed-role/Verifier/verify");
        }
    }

    @Test
    void areAnsweredInAnOrderDrawnFromTheSeed() {
        assertThat(orderOf(1)).isEqualTo(orderOf(1));
        assertThat(List.of(orderOf(1), orderOf(2), orderOf(3), orderOf(4))).doesNotHaveDuplicates();
    }

    private List<Call> orderOf(long seed) {
        String calls = ASSUME + " ec2:DescribeVpcs sts:GetCallerIdentity ec2:DescribeImages ec2:DescribeSnapshots";
        try (Sandbox sandbox = sandbox(seed)) {
            for (int i = 1; i <= 4; i++) {
                start(sandbox, "Function" + i, calls, new ArrayList<>());
            }
            sandbox.cloud().kernel().runUntilQuiet();
            return sandbox.cloud().calls().calls();
        }
    }

    @Test
    void goWrongByRulesForTheirStateOnly() {
        try (Sandbox sandbox = sandbox(1)) {
            sandbox.cloud().faults().replace(List.of(rule("Copy", Kind.THROTTLE), rule("Verify", Kind.DROP_RESPONSE)));
            assertThat(run(sandbox, "Copy", "ec2:DescribeVpcs ec2:DescribeVpcs"))
                    .containsExactly("200 503");
            assertThat(run(sandbox, "Other", "ec2:DescribeVpcs ec2:DescribeVpcs"))
                    .containsExactly("200 200");
            assertThat(run(sandbox, "Verify", "ec2:DescribeVpcs ec2:DescribeVpcs ec2:DescribeVpcs"))
                    .containsExactly("200 closed 200");
        }
    }

    @Test
    void areNotAnsweredAnyMoreOnceTheProcessIsKilled() {
        try (Sandbox sandbox = sandbox(1)) {
            sandbox.cloud().faults().replace(List.of(rule("Copy", Kind.KILL)));
            List<String> answers = run(sandbox, "Copy", "ec2:DescribeVpcs ec2:DescribeVpcs ec2:DescribeVpcs");
            assertThat(answers)
                    .singleElement()
                    .asString()
                    .contains("errorMessage")
                    .doesNotContain("errorType");
            assertThat(sandbox.cloud().calls().calls()).hasSize(2);
        }
    }

    @Test
    void goWrongAtARateDrawnFromTheSeed() {
        try (Sandbox sandbox = sandbox(1)) {
            sandbox.cloud().faults().atRate(0.2);
            List<String> first = fortyCalls(sandbox);
            assertThat(first).anyMatch(answer -> answer.contains("503")).anyMatch(answer -> answer.contains("200"));
            sandbox.reset();
            sandbox.cloud().faults().atRate(0.2);
            assertThat(fortyCalls(sandbox)).isEqualTo(first);
            sandbox.reset();
            assertThat(fortyCalls(sandbox)).allMatch(answer -> answer.contains("200"));
        }
    }

    /** Each by an invocation of its own, since a fault may end it. */
    private static List<String> fortyCalls(Sandbox sandbox) {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.addAll(run(sandbox, "Look", "ec2:DescribeVpcs"));
        }
        return answers;
    }

    private static Rule rule(@Nullable String state, Kind fault) {
        return new Rule("ec2", null, state, 2, 1, fault);
    }

    private static List<String> run(Sandbox sandbox, String state, String calls) {
        List<String> answers = new ArrayList<>();
        start(sandbox, state, calls, answers);
        sandbox.cloud().kernel().runUntilQuiet();
        return answers;
    }

    private static void start(Sandbox sandbox, String state, String calls, List<String> answers) {
        byte[] payload = ("\"" + calls + "\"").getBytes(StandardCharsets.UTF_8);
        sandbox.cloud().functions().invoke("Calling", payload, new Invocation.Source(state, null), result -> {
            answers.add(result.text().replace("\"", ""));
        });
    }

    private Sandbox sandbox(long seed) {
        return Sandbox.simulated(seed).with(this::makeFunction).start();
    }

    private void makeFunction(Cloud cloud) {
        IamClient iam = cloud.iam().client(Caller.administrator(ACCOUNT), REGION);
        String role = iam.createRole(
                        r -> r.roleName("Calling").assumeRolePolicyDocument(trust("Service", "lambda.amazonaws.com")))
                .role()
                .arn();
        iam.putRolePolicy(
                r -> r.roleName("Calling")
                        .policyName("all")
                        .policyDocument(
                                """
                        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"""));
        iam.createRole(r -> r.roleName("Verifier").assumeRolePolicyDocument(trust("AWS", role)));
        cloud.functions()
                .create(new FunctionSpec(
                        "Calling",
                        ACCOUNT,
                        REGION,
                        HandlerJar.in(directory),
                        "dev.awssandbox.lambda.Handlers$Calling",
                        Map.of(),
                        role,
                        Duration.ofSeconds(60),
                        512));
    }

    private static String trust(String kind, String principal) {
        return """
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Principal": {"%s": "%s"}, "Action": "sts:AssumeRole"}]}"""
                .formatted(kind, principal);
    }
}
