package dev.amishare.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the roles of the synthesized template may do, and the same template with one of these rights missing. */
final class Rights {
    private static final String TEMPLATE = "AmiShare.template.json";
    private static final Map<String, String> PSEUDO_PARAMETERS =
            Map.of("AWS::Partition", "aws", "AWS::URLSuffix", "amazonaws.com");

    private Rights() {}

    /**
     * A statement of a role's policy.
     *
     * @param role the function whose role it is, or the state machine, or what starts that
     * @param sid its Sid, or else its index
     */
    record Statement(String role, String sid, List<String> actions, List<String> resources, JsonNode conditions) {
        /** What narrows it, in words. */
        String narrowed() {
            return "on " + String.join(", ", resources) + conditioned();
        }

        private String conditioned() {
            return conditions.properties().stream()
                    .flatMap(operator -> operator.getValue().properties().stream()
                            .map(key -> key.getKey()
                                    + (operator.getKey().endsWith("Like") ? " like " : " = ")
                                    + String.join(" or ", texts(key.getValue()))))
                    .collect(Collectors.joining(" and ", conditions.isEmpty() ? "" : " if ", ""));
        }
    }

    /** One action of one statement. */
    record Right(String role, String sid, String action) {
        @Override
        public String toString() {
            return role + " " + sid + " " + action;
        }
    }

    /** All statements, in the template's order; but those about logs and traces, which the services themselves make use of. */
    static List<Statement> statements(Path templates) {
        List<Statement> statements = new ArrayList<>();
        policies(read(templates)).forEach(policy -> {
            JsonNode all = document(policy).path("Statement");
            for (int i = 0; i < all.size(); i++) {
                JsonNode statement = all.get(i);
                List<String> actions = texts(statement.path("Action"));
                if (actions.stream().noneMatch(action -> action.matches("(logs|xray):.*"))) {
                    statements.add(new Statement(
                            role(policy),
                            sid(statement, i),
                            actions,
                            texts(statement.path("Resource")),
                            statement.path("Condition")));
                }
            }
        });
        return statements;
    }

    static List<Right> rights(Path templates) {
        return statements(templates).stream()
                .flatMap(statement -> statement.actions().stream()
                        .map(action -> new Right(statement.role(), statement.sid(), action)))
                .toList();
    }

    /** A directory beside {@code templates} that differs from it by that right only. */
    static Path without(Right right, Path templates) {
        JsonNode template = read(templates);
        policies(template).filter(policy -> role(policy).equals(right.role())).forEach(policy -> {
            ArrayNode statements = (ArrayNode) document(policy).path("Statement");
            for (int i = 0; i < statements.size(); i++) {
                List<String> actions = new ArrayList<>(texts(statements.get(i).path("Action")));
                if (sid(statements.get(i), i).equals(right.sid()) && actions.remove(right.action())) {
                    ArrayNode rest = ((ObjectNode) statements.get(i)).putArray("Action");
                    // A statement needs one: one that no service has.
                    (actions.isEmpty() ? List.of("none:Nothing") : actions).forEach(rest::add);
                }
            }
        });
        Path directory = templates.resolveSibling(templates.getFileName() + ".without-a-right");
        try (Stream<Path> files = Files.list(templates)) {
            Files.createDirectories(directory);
            for (Path file : files.filter(f -> !f.endsWith(TEMPLATE)).toList()) {
                Path link = directory.resolve(file.getFileName());
                Files.deleteIfExists(link);
                // Not a copy: the functions' classes are loaded once for a file.
                Files.createSymbolicLink(link, file.toRealPath());
            }
            Files.writeString(directory.resolve(TEMPLATE), template.toString());
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** CopySnapshotRole57BF022E and AmiShare-CopySnapshotRole57BF022E-169CC7EAD760 are the role of CopySnapshot. */
    static String function(String role) {
        return role.replaceFirst("^AmiShare-?", "").replaceFirst("Role([0-9A-F]{8}.*|DefaultPolicy[0-9A-F]{8})?$", "");
    }

    private static Stream<JsonNode> policies(JsonNode template) {
        return template.path("Resources").properties().stream()
                .filter(resource -> resource.getValue().path("Type").asText().equals("AWS::IAM::Policy"))
                .map(resource -> resource.getValue());
    }

    private static JsonNode document(JsonNode policy) {
        return policy.path("Properties").path("PolicyDocument");
    }

    private static String role(JsonNode policy) {
        return function(
                policy.path("Properties").path("Roles").path(0).path("Ref").asText());
    }

    private static String sid(JsonNode statement, int index) {
        return statement.path("Sid").asText(Integer.toString(index));
    }

    /** One text or several; of what CloudFormation fills in, the resource's logical id. */
    private static List<String> texts(JsonNode node) {
        if (node.isArray()) {
            return StreamSupport.stream(node.spliterator(), false)
                    .flatMap(item -> texts(item).stream())
                    .toList();
        } else if (node.has("Fn::Join")) {
            return List.of(texts(node.at("/Fn::Join/1")).stream()
                    .map(part -> PSEUDO_PARAMETERS.getOrDefault(part, part))
                    .collect(Collectors.joining())
                    .replaceFirst("^arn:aws:", ""));
        } else if (node.isObject()) {
            JsonNode named =
                    node.has("Ref") ? node.path("Ref") : node.path("Fn::GetAtt").path(0);
            return List.of(named.asText().replaceFirst("[0-9A-F]{8}$", ""));
        }
        return List.of(node.asText().replaceFirst("^arn:aws:", ""));
    }

    private static JsonNode read(Path templates) {
        try {
            return Pipeline.json(Files.readString(templates.resolve(TEMPLATE)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
