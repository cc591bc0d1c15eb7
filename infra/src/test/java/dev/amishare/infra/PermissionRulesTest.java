package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules that every statement of every role of the source account keeps, whoever adds one. */
final class PermissionRulesTest {
    private static final Synthesized BOUNDED = Synthesized.with(Map.of("boundary", "333333333333,o-example1234"));

    private static final String MANAGED = "\"aws:ResourceTag/ami-share:managed\":\"true\"";
    private static final String BECOMES_MANAGED = "\"aws:RequestTag/ami-share:managed\":\"true\"";
    private static final String ON_CREATION = "\"ec2:CreateAction\":";
    /** What bears no tag of ours, since somebody has cleaned it off, may get just these. */
    private static final String OUR_KEYS_ALONE =
            "{\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"ami-share:execution\","
                    + "\"ami-share:managed\",\"ami-share:source-image\",\"ami-share:source-snapshot\"]}}";

    private static final String THROUGH_EC2 = "\"kms:ViaService\":\"ec2.*.amazonaws.com\"";
    private static final String ONLY_THE_MARK =
            "\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"ami-share:ledger\"]}";
    private static final String SOME_TAG = "\"Null\":{\"aws:TagKeys\":\"false\"}";
    private static final String FOR_SERVICES = "\"kms:GrantIsForAWSResource\":\"true\"";

    /** These name what they are made of beside what they make. */
    private static final List<String> CREATING = List.of("ec2:CopyImage", "ec2:CopySnapshot", "ec2:RegisterImage");

    @Test
    void everyStatementIsNarrowed() {
        assertThat(statements()).hasSizeGreaterThan(50).allSatisfy(statement -> assertThat(
                        faults(statement.of(), statement.json()))
                .as(statement.toString())
                .isEmpty());
    }

    /** Or the rules would say nothing. */
    @Test
    void noStatementMayLoseWhatNarrowsIt() {
        List<Statement> narrowed =
                statements().filter(s -> s.json().has("Condition")).toList();

        assertThat(narrowed).hasSizeGreaterThan(15).allSatisfy(statement -> {
            ObjectNode wide = statement.json().deepCopy();
            wide.remove("Condition");
            assertThat(faults(statement.of(), wide)).as(statement.toString()).isNotEmpty();
        });
    }

    @Test
    void asksTheVerifierRolesOfTheBoundaryOnly() {
        JsonNode policy = BOUNDED.properties("AmiShare", "AWS::IAM::Policy", "VerifyRole/DefaultPolicy/Resource");
        List<String> asked = new ArrayList<>();
        Synthesized.resolved(policy.path("PolicyDocument").path("Statement")).forEach(statement -> {
            if (statement.path("Action").asText().equals("sts:AssumeRole")) {
                asked.add(statement.path("Resource").asText() + " " + statement.path("Condition"));
            }
        });
        assertThat(asked)
                .containsExactlyInAnyOrder(
                        "arn:aws:iam::333333333333:role/AmiShareVerifier ",
                        "arn:aws:iam::*:role/AmiShareVerifier {\"StringEquals\":{\"aws:ResourceOrgID\":[\"o-example1234\"]}}");
        assertThat(BOUNDED.messages("AmiShare")).noneMatch(message -> message.contains("boundary"));
        assertThat(BOUNDED.properties("AmiShare", "AWS::Lambda::Function", "PlanShare/Resource")
                        .path("Environment")
                        .path("Variables")
                        .path("BOUNDARY")
                        .asText())
                .isEqualTo("{\"accounts\":[\"333333333333\"],\"organizations\":[\"o-example1234\"]}");
    }

    /** A statement of a policy. */
    private record Statement(String of, JsonNode json) {}

    private static Stream<Statement> statements() {
        return Stream.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role")
                .flatMap(type -> BOUNDED.resources("AmiShare", type).entrySet().stream())
                .flatMap(resource -> documents(resource.getValue().path("Properties"))
                        .flatMap(document -> document.path("Statement").valueStream())
                        .map(statement -> new Statement(resource.getKey(), Synthesized.resolved(statement))));
    }

    /** Its own, or those that stand in a role. */
    private static Stream<JsonNode> documents(JsonNode properties) {
        return Stream.concat(
                Stream.of(properties.path("PolicyDocument")),
                properties.path("Policies").valueStream().map(policy -> policy.path("PolicyDocument")));
    }

    private static List<String> faults(String of, JsonNode statement) {
        List<String> faults = new ArrayList<>();
        for (String action : Synthesized.texts(statement.path("Action"))) {
            List<String> resources = Synthesized.texts(statement.path("Resource"));
            String condition = statement.path("Condition").toString();
            boolean kept = !action.contains("*")
                    && switch (action.substring(0, action.indexOf(':'))) {
                        case "ec2" ->
                            action.startsWith("ec2:Describe")
                                    ? isReadNarrowed(of, action, resources, condition)
                                    : isWriteNarrowed(action, resources, condition);
                        case "kms" -> isKeyNarrowed(of, action, resources, condition);
                        case "sts" -> isVerifierOfTheBoundary(action, resources, condition);
                        case "dynamodb", "lambda", "sqs", "ssm", "states" -> !resources.contains("*");
                        case "logs", "xray" -> true;
                        default -> false;
                    };
            if (!kept) {
                faults.add(action);
            }
        }
        return faults;
    }

    /** The source's own store is read before anything of ours is there; everything else that is read bears the tag. */
    private static boolean isReadNarrowed(String of, String action, List<String> resources, String condition) {
        return action.endsWith("Attribute")
                ? condition.contains(MANAGED)
                        || (of.startsWith("RegisterAmi") && action.equals("ec2:DescribeImageAttribute"))
                : resources.equals(List.of("*"));
    }

    /** On what bears the tag, or gets it by the very call; what that is made of has an id already, and is ours or only read. */
    private static boolean isWriteNarrowed(String action, List<String> resources, String condition) {
        boolean madeOf = CREATING.contains(action)
                && resources.stream().allMatch(resource -> resource.matches(".*::(image/ami-|snapshot/snap-)\\*"))
                && (action.equals("ec2:CopyImage") || condition.contains("\"ec2:Owner\":\"111111111111\""));
        return madeOf
                || condition.contains(MANAGED)
                || condition.contains(BECOMES_MANAGED)
                || (action.equals("ec2:CreateTags")
                        && (condition.contains(ON_CREATION) || condition.equals(OUR_KEYS_ALONE)));
    }

    /**
     * To share keys; others are opened by EC2 for a copy of what is under them, whoever's they are, and looked at by PlanShare, which
     * refuses them.
     */
    private static boolean isKeyNarrowed(String of, String action, List<String> resources, String condition) {
        boolean own = resources.equals(List.of("arn:aws:kms:*:111111111111:key/*"));
        boolean anybodys = resources.equals(List.of("arn:aws:kms:*:*:key/*"));
        return (own || anybodys)
                && switch (action) {
                    case "kms:PutKeyPolicy" -> own && condition.contains(MANAGED);
                    case "kms:TagResource" ->
                        own
                                && condition.contains(MANAGED)
                                && condition.contains(ONLY_THE_MARK)
                                && condition.contains(SOME_TAG);
                    case "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptTo" ->
                        own && condition.contains(MANAGED) && condition.contains(THROUGH_EC2);
                    case "kms:CreateGrant" -> condition.contains(FOR_SERVICES) && condition.contains(THROUGH_EC2);
                    case "kms:Decrypt", "kms:ReEncryptFrom" -> condition.contains(THROUGH_EC2);
                    case "kms:DescribeKey" ->
                        condition.contains(MANAGED) || condition.contains(THROUGH_EC2) || of.startsWith("PlanShare");
                    case "kms:GetKeyPolicy", "kms:ListKeyPolicies", "kms:ListResourceTags" ->
                        own && (condition.contains(MANAGED) || of.startsWith("PlanShare"));
                    default -> false;
                };
    }

    private static boolean isVerifierOfTheBoundary(String action, List<String> resources, String condition) {
        return action.equals("sts:AssumeRole")
                && (resources.equals(List.of("arn:aws:iam::333333333333:role/AmiShareVerifier"))
                        || (resources.equals(List.of("arn:aws:iam::*:role/AmiShareVerifier"))
                                && condition.equals("{\"StringEquals\":{\"aws:ResourceOrgID\":[\"o-example1234\"]}}")));
    }
}
