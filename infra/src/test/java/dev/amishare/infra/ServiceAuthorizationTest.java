package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every action, resource and condition key of every statement is one that AWS knows, by its Service Authorization Reference. IAM itself
 * accepts a statement that can never apply, and says nothing: so a right is missing, or a condition narrows nothing. The facts are an
 * extract; scripts/service-authorization.mjs writes it anew.
 */
final class ServiceAuthorizationTest {
    private static final JsonNode FACTS = facts();

    /** In the context of every request, so in no table; the last is of whatever resource is asked for. */
    private static final Set<String> GLOBAL = Set.of(
            "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:SecureTransport", "aws:SourceArn", "aws:ResourceOrgID");

    private static final Synthesized WIDEST = Synthesized.with(
            Map.of("boundary", "333333333333,o-example1234", "askOrganizations", "true", "anyBoundaryIsIntended", ""));

    @Test
    void everyStatementOfEveryTemplateIsOneThatAwsKnows() {
        List<Statement> statements = Stream.of(Synthesized.usual(), WIDEST)
                .flatMap(synthesized -> synthesized.stacks().stream()
                        .flatMap(stack -> synthesized.template(stack).path("Resources").properties().stream()
                                .flatMap(resource -> statements(stack + "/" + resource.getKey(), resource.getValue()))))
                .toList();
        assertThat(statements).hasSizeGreaterThan(150);
        assertThat(statements.stream().flatMap(statement -> faults(statement).stream()))
                .as("if AWS knows it and the extract does not: node infra/src/test/scripts/service-authorization.mjs")
                .isEmpty();
    }

    /** Or the test above would say nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ec2:DescribeImage          | *                                | aws:PrincipalArn                  | no such action
                    ec2:DescribeImages         | arn:aws:ec2:*::image/*           | aws:PrincipalArn                  | knows no resources
                    ec2:DeleteSnapshot         | arn:aws:ec2:*::image/*           | aws:PrincipalArn                  | does not know
                    ec2:DeleteSnapshot         | arn:aws:kms:*:111111111111:key/* | aws:PrincipalArn                  | does not know
                    ec2:CopySnapshot           | arn:aws:ec2:*::snapshot/*        | ec2:InstanceType                  | knows no ec2:InstanceType
                    kms:PutKeyPolicy           | arn:aws:kms:*:111111111111:key/* | aws:RequestTag/ami-share:managed  | knows no aws:RequestTag
                    """)
    void aStatementThatCanNeverApplyIsFound(String action, String resource, String key, String why) {
        ObjectNode json =
                Synthesized.JSON.createObjectNode().put("Action", action).put("Resource", resource);
        json.putObject("Condition").putObject("StringEquals").put(key, "x");
        assertThat(faults(new Statement("here", json)))
                .singleElement()
                .asString()
                .contains(why);
    }

    /** What the verifier role is denied: all that KMS knows, but what only reads metadata. */
    static Set<String> whatUsesOrAdministersKeys() {
        Set<String> actions = new TreeSet<>();
        FACTS.path("actions").properties().forEach(action -> {
            boolean writes = action.getValue().path("level").asText().matches(".*(Write|Permissions|Tagging).*");
            if (action.getKey().startsWith("kms:") && writes) {
                actions.add(action.getKey());
            }
        });
        // Read access by AWS's levels, and yet what a key is good for.
        actions.addAll(Set.of("kms:GetParametersForImport", "kms:GetPublicKey"));
        return actions;
    }

    private record Statement(String of, JsonNode json) {}

    /** Those of its policies: of a role, of who may assume that, of a key, of a queue. */
    private static Stream<Statement> statements(String of, JsonNode resource) {
        return resource.findParents("Statement").stream()
                .flatMap(document ->
                        Synthesized.resolved(document.path("Statement")).valueStream())
                .map(statement -> new Statement(of + " " + statement.path("Sid").asText(), statement));
    }

    private static List<String> faults(Statement statement) {
        List<String> faults = new ArrayList<>();
        for (String action : Synthesized.texts(statement.json().path("Action"))) {
            if (action.matches("(kms|sqs):\\*")) { // all that there are, of a key's or a queue's own policy
                continue;
            }
            JsonNode known = FACTS.path("actions").path(action);
            if (known.isMissingNode()) {
                faults.add(statement.of() + ": there is no such action as " + action);
                continue;
            }
            Set<String> types = new HashSet<>();
            for (String resource : resources(statement)) {
                List<String> hit = typesOf(action, known, resource);
                types.addAll(hit);
                if (known.path("on").isEmpty() && !resource.equals("*")) {
                    faults.add(statement.of() + ": " + action + " knows no resources, not " + resource);
                } else if (!known.path("on").isEmpty() && hit.isEmpty()) {
                    faults.add(statement.of() + ": " + action + " does not know " + resource);
                }
            }
            statement.json().path("Condition").forEach(keys -> keys.fieldNames().forEachRemaining(key -> types.stream()
                    .filter(type -> !isKnown(key, action, known, type))
                    .forEach(type -> faults.add(statement.of() + ": " + action + " on " + type + " knows no " + key))));
        }
        return faults;
    }

    /** A policy of a resource is about that. */
    private static List<String> resources(Statement statement) {
        JsonNode resource = statement.json().path("Resource");
        return resource.isMissingNode() ? List.of("*") : Synthesized.texts(resource);
    }

    /** The types that the action knows and the ARN may be of. */
    private static List<String> typesOf(String action, JsonNode known, String resource) {
        List<String> types = new ArrayList<>();
        known.path("on").fieldNames().forEachRemaining(type -> {
            if (resource.equals("*")
                    || resource.startsWith("<")
                    || kind(resource).equals(kind(arn(action, type)))) {
                types.add(type);
            }
        });
        return types;
    }

    /** {@code ec2 image} of {@code arn:aws:ec2:*::image/*}. */
    private static String kind(String arn) {
        String[] parts = arn.split(":", 6);
        return parts[2] + " " + parts[5].split("[:/]", 2)[0];
    }

    private static boolean isKnown(String key, String action, JsonNode known, String type) {
        String named = key.replaceFirst("^(aws:(Resource|Request)Tag)/.*", "$1/\\${TagKey}");
        return GLOBAL.contains(key)
                || Stream.of(
                                known.path("conditionKeys"),
                                known.path("on").path(type),
                                type(action, type).path("conditionKeys"))
                        .flatMap(JsonNode::valueStream)
                        .anyMatch(listed -> listed.asText().equals(named));
    }

    private static String arn(String action, String type) {
        return type(action, type).path("arn").asText();
    }

    private static JsonNode type(String action, String type) {
        return FACTS.path("resourceTypes").path(action.substring(0, action.indexOf(':') + 1) + type);
    }

    private static JsonNode facts() {
        try (var in = ServiceAuthorizationTest.class.getResourceAsStream("/service-authorization.json")) {
            return Synthesized.JSON.readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
