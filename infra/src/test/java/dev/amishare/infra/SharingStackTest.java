package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SharingStackTest {
    private static final Synthesized USUAL = Synthesized.usual();

    @Test
    void keepsTheShareKeyTurnsItEveryNinetyDaysAndMarksItAsManaged() {
        JsonNode key =
                USUAL.resources("AmiShare", "AWS::KMS::Key").values().iterator().next();
        assertThat(key.path("DeletionPolicy").asText()).isEqualTo("Retain");
        JsonNode properties = key.path("Properties");
        assertThat(properties.path("EnableKeyRotation").asBoolean()).isTrue();
        assertThat(properties.path("RotationPeriodInDays").asInt()).isEqualTo(90);
        assertThat(properties.path("Tags").toString())
                .isEqualTo("[{\"Key\":\"ami-share:managed\",\"Value\":\"true\"}]");
        assertThat(USUAL.resources("AmiShare", "AWS::KMS::Alias").values())
                .extracting(alias -> alias.path("Properties").path("AliasName").asText())
                .containsExactly("alias/ami-share");
    }

    /** A deployment that changed it would take away what UpdateKeyPolicy has added: docs/adr/0011. */
    @Test
    void givesTheShareKeyAPolicyThatNoDeploymentHasReasonToChange() {
        JsonNode policy = USUAL.properties("AmiShare", "AWS::KMS::Key", "ShareKey/Resource")
                .path("KeyPolicy");
        assertThat(policy.path("Statement")).hasSize(1);
        JsonNode statement = policy.path("Statement").get(0);
        assertThat(statement.path("Action").asText()).isEqualTo("kms:*");
        assertThat(statement.path("Principal").toString()).contains(":iam::111111111111:root");
    }

    @Test
    void keepsTheLedgerAndItsPast() {
        JsonNode ledger = USUAL.resources("AmiShare", "AWS::DynamoDB::Table")
                .values()
                .iterator()
                .next();
        assertThat(ledger.path("DeletionPolicy").asText()).isEqualTo("Retain");
        JsonNode properties = ledger.path("Properties");
        assertThat(properties.path("DeletionProtectionEnabled").asBoolean()).isTrue();
        assertThat(properties.path("BillingMode").asText()).isEqualTo("PAY_PER_REQUEST");
        assertThat(properties
                        .path("PointInTimeRecoverySpecification")
                        .path("PointInTimeRecoveryEnabled")
                        .asBoolean())
                .isTrue();
        assertThat(properties.path("KeySchema").toString())
                .isEqualTo("[{\"AttributeName\":\"keyArn\",\"KeyType\":\"HASH\"},"
                        + "{\"AttributeName\":\"imageName\",\"KeyType\":\"RANGE\"}]");
    }

    @Test
    void runsFunctionsOnJava25AndArmFromASnapshot() {
        USUAL.resources("AmiShare", "AWS::Lambda::Function").forEach((id, function) -> {
            JsonNode properties = function.path("Properties");
            assertThat(properties.path("Runtime").asText()).as(id).isEqualTo("java25");
            assertThat(properties.path("Architectures").toString()).as(id).isEqualTo("[\"arm64\"]");
            assertThat(properties.path("SnapStart").path("ApplyOn").asText())
                    .as(id)
                    .isEqualTo("PublishedVersions");
            assertThat(properties.path("LoggingConfig").has("LogGroup")).as(id).isTrue();
        });
        USUAL.resources("AmiShare", "AWS::Logs::LogGroup").forEach((id, group) -> assertThat(
                        group.path("Properties").path("RetentionInDays").asInt())
                .as(id)
                .isEqualTo(90));
    }

    @Test
    void givesEveryFunctionARoleOfItsOwn() {
        List<String> roles = new ArrayList<>();
        USUAL.resources("AmiShare", "AWS::Lambda::Function")
                .values()
                .forEach(function -> roles.add(function.path("Properties")
                        .path("Role")
                        .path("Fn::GetAtt")
                        .get(0)
                        .asText()));
        assertThat(roles).doesNotHaveDuplicates().hasSize(15);
    }

    @Test
    void namesTheRoleThatTargetsTrustAndNoOther() {
        assertThat(USUAL.resources("AmiShare", "AWS::IAM::Role").values().stream()
                        .map(role -> role.path("Properties").path("RoleName").asText())
                        .filter(name -> !name.isEmpty()))
                .containsExactly("AmiShareVerify");
    }

    @Test
    void logsAndTracesTheStateMachinesAndLetsThemCallAliasesOnly() {
        for (String name : List.of("ShareAmi", "SweepClaims")) {
            JsonNode machine =
                    USUAL.properties("AmiShare", "AWS::StepFunctions::StateMachine", name + "/Machine/Resource");
            assertThat(machine.path("StateMachineName").asText()).isEqualTo(name);
            assertThat(machine.path("LoggingConfiguration").path("Level").asText())
                    .isEqualTo("ALL");
            assertThat(machine.path("TracingConfiguration").path("Enabled").asBoolean())
                    .isTrue();
            JsonNode role =
                    USUAL.properties("AmiShare", "AWS::IAM::Policy", name + "/Machine/Role/DefaultPolicy/Resource");
            role.path("PolicyDocument").path("Statement").forEach(statement -> {
                if (statement.path("Action").asText().equals("lambda:InvokeFunction")) {
                    assertThat(statement.path("Resource"))
                            .allMatch(resource -> resource.path("Ref").asText().matches("\\w+Live\\w+"));
                }
            });
        }
    }

    @Test
    void startsOnlyWhenTheProfileTagIsSetOnAnImage() {
        JsonNode rule = USUAL.properties("AmiShare", "AWS::Events::Rule", "TagTrigger/Rule/Resource");
        assertThat(rule.path("EventPattern").path("detail").path("tags").toString())
                .isEqualTo("{\"ami-share:profile\":[{\"exists\":true}]}");
        assertThat(rule.path("EventPattern")
                        .path("detail")
                        .path("changed-tag-keys")
                        .toString())
                .isEqualTo("[\"ami-share:profile\"]");
        assertThat(rule.path("EventPattern")
                        .path("detail")
                        .path("resource-type")
                        .toString())
                .isEqualTo("[\"image\"]");
    }

    @Test
    void triesToDeliverEventsForADayAndKeepsWhatItCouldNot() {
        USUAL.resources("AmiShare", "AWS::Events::Rule").forEach((id, rule) -> {
            JsonNode target = rule.path("Properties").path("Targets").get(0);
            assertThat(target.path("RetryPolicy")
                            .path("MaximumEventAgeInSeconds")
                            .asInt())
                    .as(id)
                    .isEqualTo(86_400);
            assertThat(target.path("DeadLetterConfig")
                            .path("Arn")
                            .path("Fn::GetAtt")
                            .get(0)
                            .asText())
                    .as(id)
                    .contains("Undelivered");
        });
        USUAL.resources("AmiShare", "AWS::SQS::Queue").forEach((id, queue) -> assertThat(
                        queue.path("Properties").path("SqsManagedSseEnabled").asBoolean())
                .as(id)
                .isTrue());
    }

    @Test
    void sweepsAfterEveryEndThatMayHaveUndoneNothingAndEveryHour() {
        JsonNode ended = USUAL.properties("AmiShare", "AWS::Events::Rule", "SweepTrigger/WhenNotSucceeded/Resource");
        assertThat(Synthesized.texts(ended.path("EventPattern").path("detail").path("status")))
                .containsExactly("FAILED", "TIMED_OUT", "ABORTED");
        JsonNode hourly = USUAL.properties("AmiShare", "AWS::Events::Rule", "SweepTrigger/EveryHour/Resource");
        assertThat(hourly.path("ScheduleExpression").asText()).isEqualTo("rate(1 hour)");
    }

    @Test
    void tellsOnlyThoseFunctionsWhatTheyNeedToKnow() {
        Map<String, JsonNode> told = new HashMap<>();
        Synthesized.with(Map.of("maxPrincipals", "7", "askOrganizations", "true"))
                .resources("AmiShare", "AWS::Lambda::Function")
                .forEach((id, function) -> told.put(
                        id.replaceFirst("[0-9A-F]{8}$", ""),
                        Synthesized.resolved(function.at("/Properties/Environment/Variables"))));
        JsonNode plan = Objects.requireNonNull(told.get("PlanShare"));
        assertThat(plan.path("MAX_PRINCIPALS").asText()).isEqualTo("7");
        assertThat(plan.path("COPY_ROLE_ARNS").asText()).matches("<CopySnapshotRole\\w+>,<CopyImageRole\\w+>");
        assertThat(plan.path("POLICY_ROLE_ARN").asText()).matches("<UpdateKeyPolicyRole\\w+>");
        assertThat(having("LEDGER_ARN", told)).containsExactly("PlanShare", "UpdateKeyPolicy");
        assertThat(having("MAX_PRINCIPALS", told)).containsExactly("PlanShare");
        assertThat(having("ASK_ORGANIZATIONS", told)).containsExactly("Verify");
    }

    private static Stream<String> having(String variable, Map<String, JsonNode> told) {
        return told.entrySet().stream()
                .filter(function -> function.getValue().has(variable))
                .map(Map.Entry::getKey)
                .sorted();
    }

    @Test
    void asksOrganizationsOnlyWhereTheDeploymentMay() {
        assertThat(USUAL.file("AmiShare.template.json")).doesNotContain("organizations:");
        Synthesized asking = Synthesized.with(Map.of("askOrganizations", "true"));
        List<String> may = new ArrayList<>();
        asking.resources("AmiShare", "AWS::IAM::Policy").forEach((id, policy) -> {
            if (policy.toString().contains("organizations:DescribeAccount")) {
                may.add(id);
            }
        });
        assertThat(may).singleElement().asString().startsWith("VerifyRole");
    }

    /** Two deployments in one account, or one in each Region: roles belong to no Region. */
    @Test
    void sharesNoNameWithADeploymentOfAnotherSuffix() {
        Set<String> names = names(USUAL, "AmiShare");
        assertThat(names)
                .contains("AmiShareVerify", "ShareAmi", "SweepClaims", "alias/ami-share")
                .hasSize(6); // and two log groups
        Synthesized blue = Synthesized.with(Map.of("suffix", "blue"));
        assertThat(names(blue, "AmiShare-blue")).hasSize(6).allMatch(name -> name.endsWith("-blue"));
        assertThat(blue.file("AmiShare-blue.template.json"))
                .contains("\"alias/ami-share-blue\"", "execution:ShareAmi-blue:*", "execution:SweepClaims-blue:*")
                .contains(":role/AmiShareVerifier-blue\"")
                .doesNotContain("execution:ShareAmi:*", ":role/AmiShareVerifier\"");
    }

    /** Those that the template fixes; CloudFormation makes up all the others. */
    private static Set<String> names(Synthesized synthesized, String stack) {
        Set<String> names = new HashSet<>();
        synthesized.template(stack).path("Resources").forEach(resource -> Stream.of(
                        "RoleName",
                        "StateMachineName",
                        "AliasName",
                        "LogGroupName",
                        "FunctionName",
                        "QueueName",
                        "TableName",
                        "Name")
                .map(property -> resource.path("Properties").path(property))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .filter(name -> !name.equals("live"))
                .forEach(names::add));
        return names;
    }
}
