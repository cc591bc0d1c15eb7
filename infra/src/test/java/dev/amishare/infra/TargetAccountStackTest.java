package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TargetAccountStackTest {
    private static final String STACK = "AmiShareTarget-222222222222";

    @Test
    void trustsOneRoleOfTheSourceAccountThatNamesIt() {
        JsonNode role = Synthesized.usual()
                .resources(STACK, "AWS::IAM::Role")
                .values()
                .iterator()
                .next()
                .path("Properties");
        assertThat(role.path("RoleName").asText()).isEqualTo("AmiShareVerifier");
        JsonNode trust = role.path("AssumeRolePolicyDocument").path("Statement");
        assertThat(trust).hasSize(1);
        assertThat(trust.get(0).path("Principal").toString()).contains(":iam::111111111111:root");
        assertThat(trust.get(0).path("Condition").path("StringEquals"))
                .hasToString("{\"aws:PrincipalArn\":\"arn:aws:iam::111111111111:role/AmiShareVerify\","
                        + "\"sts:ExternalId\":\"111111111111\"}");
    }

    @Test
    void mayLookAndTryButUseNoKey() {
        List<String> actions = new ArrayList<>();
        statements().forEach(statement -> actions.addAll(Synthesized.texts(statement.path("Action"))));
        assertThat(actions).containsOnly("ec2:DescribeImages", "ec2:RunInstances", "kms:DescribeKey");
    }

    @Test
    void triesOnlyImagesOfTheSourceAccountAndNamedTypes() {
        List<String> conditions = new ArrayList<>();
        statements().forEach(statement -> {
            if (statement.path("Action").asText().equals("ec2:RunInstances")) {
                conditions.add(statement.path("Sid").asText() + " " + statement.path("Condition"));
            }
        });
        assertThat(conditions)
                .contains("DryRunImagesOfTheSource {\"StringEquals\":{\"ec2:Owner\":\"111111111111\"}}")
                .anyMatch(condition ->
                        condition.startsWith("DryRunNamedTypes {\"StringEquals\":{\"ec2:InstanceType\":["));
    }

    private static JsonNode statements() {
        return Synthesized.usual()
                .resources(STACK, "AWS::IAM::Policy")
                .values()
                .iterator()
                .next()
                .path("Properties")
                .path("PolicyDocument")
                .path("Statement");
    }
}
