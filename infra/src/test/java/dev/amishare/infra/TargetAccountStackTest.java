package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class TargetAccountStackTest {
    private static final String STACK = "AmiShareTarget";

    @Test
    void trustsOneRoleOfTheSourceAccountThatNamesIt() {
        JsonNode role = role(Synthesized.usual(), STACK);
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
        List<String> allowed = new ArrayList<>();
        statements("Allow").forEach(statement -> allowed.addAll(Synthesized.texts(statement.path("Action"))));
        assertThat(allowed).containsOnly("ec2:DescribeImages", "ec2:RunInstances", "kms:DescribeKey");
    }

    @Test
    void triesOnlyImagesOfTheSourceAccountOnVolumesAndNamedTypes() {
        List<String> conditions = new ArrayList<>();
        statements("Allow").forEach(statement -> {
            if (statement.path("Action").asText().equals("ec2:RunInstances")) {
                conditions.add(statement.path("Sid").asText() + " " + statement.path("Condition"));
            }
        });
        assertThat(conditions)
                .contains(
                        "DryRunImagesOfTheSource {\"StringEquals\":{\"ec2:Owner\":\"111111111111\",\"ec2:RootDeviceType\":\"ebs\"}}")
                .anyMatch(condition ->
                        condition.startsWith("DryRunNamedTypes {\"StringEquals\":{\"ec2:InstanceType\":["));
    }

    /** Whatever else is attached to the role, or lets everybody in the account use a key. */
    @Test
    void isDeniedVolumesThatAreNotEncryptedAndEveryUseOfAKey() {
        Map<String, JsonNode> denied = new HashMap<>();
        statements("Deny").forEach(statement -> denied.put(statement.path("Sid").asText(), statement));
        assertThat(denied).containsOnlyKeys("NeverWithAVolumeThatIsNotEncrypted", "NeverUseAKey");
        assertThat(denied.get("NeverWithAVolumeThatIsNotEncrypted"))
                .hasToString(
                        "{\"Action\":\"ec2:RunInstances\",\"Condition\":{\"BoolIfExists\":{\"ec2:Encrypted\":\"false\"}},"
                                + "\"Effect\":\"Deny\",\"Resource\":\"arn:aws:ec2:*:222222222222:volume/*\","
                                + "\"Sid\":\"NeverWithAVolumeThatIsNotEncrypted\"}");
        JsonNode keys = Objects.requireNonNull(denied.get("NeverUseAKey"));
        assertThat(keys.has("Condition")).isFalse();
        assertThat(keys.path("Resource").asText()).isEqualTo("*");
        assertThat(Synthesized.texts(keys.path("Action")))
                .containsExactlyInAnyOrderElementsOf(ServiceAuthorizationTest.whatUsesOrAdministersKeys());
    }

    @Test
    void isOneTemplateForEveryAccountThatNeedsNoBootstrap() {
        Synthesized usual = Synthesized.usual();
        assertThat(usual.stacks()).containsExactly("AmiShare", STACK);
        assertThat(usual.environment(STACK)).isEqualTo("aws://unknown-account/unknown-region");
        JsonNode template = usual.template(STACK);
        assertThat(template.has("Parameters") || template.has("Rules")).isFalse();
        assertThat(usual.file(STACK + ".template.json"))
                .doesNotContain("cdk-bootstrap", "cdk-hnb659fds")
                .doesNotContain("222222222222")
                .doesNotContain("us-east-1");
        // CloudFormation takes no more in a call; larger ones need a bucket.
        assertThat(template.toString().length()).isLessThan(51_200);
    }

    @Test
    void bearsTheSuffixOnBothSides() {
        Synthesized second = Synthesized.with(Map.of("suffix", "blue"));
        assertThat(second.stacks()).containsExactly("AmiShare-blue", "AmiShareTarget-blue");
        JsonNode role = role(second, "AmiShareTarget-blue");
        assertThat(role.path("RoleName").asText()).isEqualTo("AmiShareVerifier-blue");
        assertThat(role.path("AssumeRolePolicyDocument").toString()).contains(":role/AmiShareVerify-blue\"");
    }

    private static JsonNode role(Synthesized synthesized, String stack) {
        return Synthesized.resolved(synthesized
                .resources(stack, "AWS::IAM::Role")
                .values()
                .iterator()
                .next()
                .path("Properties"));
    }

    private static List<JsonNode> statements(String effect) {
        JsonNode document = Synthesized.usual()
                .resources(STACK, "AWS::IAM::Policy")
                .values()
                .iterator()
                .next()
                .path("Properties")
                .path("PolicyDocument");
        return Synthesized.resolved(document.path("Statement"))
                .valueStream()
                .filter(statement -> statement.path("Effect").asText().equals(effect))
                .toList();
    }
}
