package dev.awssandbox.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;

final class EventBusTest {
    private static final String ACCOUNT = "111111111111";
    private static final String REGION = "us-east-1";
    private static final Caller ADMINISTRATOR = Caller.administrator(ACCOUNT);
    private static final String MACHINE = "arn:aws:states:us-east-1:111111111111:stateMachine:Share";
    private static final String QUEUE = "arn:aws:sqs:us-east-1:111111111111:undelivered";
    private static final String WHEN_TAGGED =
            """
            {"source": ["aws.tag"], "detail": {"changed-tag-keys": ["profile"], "tags": {"profile": [{"exists": true}]}}}""";

    @Test
    void startsTheMachineWithTheEventThatMatches() {
        try (Cloud cloud = cloud()) {
            rule(cloud, WHEN_TAGGED, null, role(cloud, MACHINE));
            cloud.events().publish(ACCOUNT, REGION, tagged("golden"));
            cloud.kernel().runUntilQuiet();
            JsonNode input = json(inputs(cloud).get(0));
            assertThat(input.at("/detail/tags/profile").asText()).isEqualTo("golden");
            assertThat(input.path("account").asText()).isEqualTo(ACCOUNT);
            assertThat(input.path("time").asText()).isEqualTo("2026-01-01T00:00:00Z");
            assertThat(inputs(cloud)).hasSize(1);
        }
    }

    @Test
    void startsNothingWithAnEventThatDoesNotMatch() {
        try (Cloud cloud = cloud()) {
            rule(cloud, WHEN_TAGGED, null, role(cloud, MACHINE));
            cloud.events().publish(ACCOUNT, REGION, tagged(null));
            cloud.events().publish(ACCOUNT, "eu-west-1", tagged("golden"));
            cloud.events().publish("222222222222", REGION, tagged("golden"));
            cloud.kernel().runUntilQuiet();
            assertThat(inputs(cloud)).isEmpty();
        }
    }

    @Test
    void dropsAndDuplicatesWhatItIsTold() {
        try (Cloud cloud = cloud()) {
            rule(cloud, WHEN_TAGGED, null, role(cloud, MACHINE));
            cloud.events().dropNext(1);
            cloud.events().publish(ACCOUNT, REGION, tagged("lost"));
            cloud.events().duplicateNext(1);
            cloud.events().publish(ACCOUNT, REGION, tagged("twice"));
            cloud.events().publish(ACCOUNT, REGION, tagged("once"));
            cloud.kernel().runUntilQuiet();
            assertThat(inputs(cloud))
                    .extracting(input -> json(input).at("/detail/tags/profile").asText())
                    .containsExactlyInAnyOrder("twice", "twice", "once");
        }
    }

    @Test
    void keepsWhatItsRoleMayNotDeliver() {
        try (Cloud cloud = cloud()) {
            cloud.events().queues().create(QUEUE);
            rule(cloud, WHEN_TAGGED, null, role(cloud, "arn:aws:states:us-east-1:111111111111:stateMachine:Other"));
            cloud.events().publish(ACCOUNT, REGION, tagged("golden"));
            cloud.kernel().runUntilQuiet();
            assertThat(inputs(cloud)).isEmpty();
            assertThat(cloud.events().queues().messages(QUEUE)).singleElement().satisfies(message -> {
                assertThat(json(message.body()).at("/detail/tags/profile").asText())
                        .isEqualTo("golden");
                assertThat(message.attributes())
                        .containsEntry("TARGET_ARN", MACHINE)
                        .containsEntry("ERROR_CODE", "AccessDeniedException");
            });
        }
    }

    @Test
    void startsTheMachineAtARate() {
        try (Cloud cloud = cloud()) {
            rule(cloud, null, "rate(1 hour)", role(cloud, MACHINE));
            cloud.kernel().after(Duration.ofMinutes(150), () -> {});
            cloud.kernel().runUntilQuiet();
            assertThat(inputs(cloud)).hasSize(2).allSatisfy(input -> assertThat(
                            json(input).path("detail-type").asText())
                    .isEqualTo("Scheduled Event"));
        }
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        try (Cloud cloud = cloud()) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> rule(cloud, "{\"source\": \"aws.tag\"}", null, "role"))
                    .withMessageContaining("Event pattern of rule OnTag is not valid");
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> rule(cloud, null, "rate(1 hours)", "role"))
                    .withMessageContaining("rate(1 hours)");
        }
    }

    private static Cloud cloud() {
        Cloud cloud = new Cloud(Kernel.simulated(1), Settings.defaults());
        IamClient iam = cloud.iam().client(ADMINISTRATOR, REGION);
        String role = iam.createRole(r -> r.roleName("Machine").assumeRolePolicyDocument(trust("states.amazonaws.com")))
                .role()
                .arn();
        machines(cloud).createStateMachine(r -> r.name("Share")
                .roleArn(role)
                .definition("{\"StartAt\": \"Done\", \"States\": {\"Done\": {\"Type\": \"Succeed\"}}}"));
        return cloud;
    }

    private static SfnClient machines(Cloud cloud) {
        return cloud.stepFunctions().client(ADMINISTRATOR, REGION);
    }

    private static List<String> inputs(Cloud cloud) {
        return machines(cloud).listExecutions(r -> r.stateMachineArn(MACHINE)).executions().stream()
                .map(ExecutionListItem::executionArn)
                .map(arn -> machines(cloud)
                        .describeExecution(r -> r.executionArn(arn))
                        .input())
                .toList();
    }

    private static String role(Cloud cloud, String mayStart) {
        IamClient iam = cloud.iam().client(ADMINISTRATOR, REGION);
        iam.createRole(r -> r.roleName("Starter").assumeRolePolicyDocument(trust("events.amazonaws.com")));
        iam.putRolePolicy(r -> r.roleName("Starter")
                .policyName("start")
                .policyDocument(
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Allow", "Action": "states:StartExecution", "Resource": "%s"}]}"""
                                .formatted(mayStart)));
        return "arn:aws:iam::" + ACCOUNT + ":role/Starter";
    }

    private static String trust(String service) {
        return """
               {"Version": "2012-10-17", "Statement": [
                 {"Effect": "Allow", "Principal": {"Service": "%s"}, "Action": "sts:AssumeRole"}]}"""
                .formatted(service);
    }

    private static void rule(Cloud cloud, @Nullable String pattern, @Nullable String schedule, String role) {
        Rule.Target target = new Rule.Target("Target0", MACHINE, role, null, 185, Duration.ofDays(1), QUEUE);
        cloud.events().putRule(new Rule("OnTag", ACCOUNT, REGION, pattern, schedule, true, List.of(target)));
    }

    private static ObjectNode tagged(@Nullable String profile) {
        ObjectNode event = new ObjectMapper().createObjectNode();
        event.put("source", "aws.tag").put("detail-type", "Tag Change on Resource");
        event.putArray("resources").add("arn:aws:ec2:us-east-1::image/ami-1");
        ObjectNode detail = event.putObject("detail");
        detail.putArray("changed-tag-keys").add("profile");
        ObjectNode tags = detail.putObject("tags");
        if (profile != null) {
            tags.put("profile", profile);
        }
        return event;
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
