package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.amishare.error.AmiShareException;
import dev.amishare.infra.Permissions.Permission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documentation says is so. */
final class DocumentationTest {
    private static final Path README = Synthesized.ROOT.resolve("README.md");
    private static final Path PERMISSIONS = Synthesized.ROOT.resolve("docs/permissions.md");
    private static final String MARK = "<!-- From here on written by DocumentationTest, with -Dsnapshots=write. -->\n";

    @Test
    void theDiagramShowsTheWaysThroughThePipeline() throws IOException {
        Definition pipeline = Definition.shareAmi();
        Set<String> drawn = all("(?m)^ *(\\w+) -->(?:\\|[^|]*\\|)? (\\w+)$", Files.readString(README))
                .map(edge -> edge.group(1) + " --> " + edge.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> ends = Set.of("HasAnyFailed", "Result", "ShareFailed");
        assertThat(drawn).isEqualTo(pipeline.ways(state -> pipeline.isA("Task", state) || ends.contains(state)));
    }

    @Test
    void theTableHasARowForEachFunction() throws IOException {
        assertThat(all(
                                "(?m)^\\| \\[(\\w+)]\\(functions/src/main/java/dev/amishare/step/(\\w+)\\.java\\) \\|",
                                Files.readString(README))
                        .peek(row -> assertThat(row.group(1)).isEqualTo(row.group(2)))
                        .map(row -> row.group(1)))
                .containsExactlyElementsOf(permissions().table().keySet());
    }

    @Test
    void everyErrorThatAnExecutionCanEndWithStandsInTheTableOfErrorsAndNoOther() throws IOException {
        Set<String> errors = new TreeSet<>(Definition.shareAmi().errors());
        errors.addAll(Definition.sweepClaims().errors());
        Stream.of(AmiShareException.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .forEach(errors::add);
        errors.add("java.lang.IllegalStateException"); // as of any fault that nobody has thought of

        List<String> named = all("(?m)^\\| (`[^|]+`) \\|[^|]+\\|[^|]{5,}\\|$", section("Errors"))
                .flatMap(row -> all("`([^`]+)`", row.group(1)))
                .map(name -> name.group(1))
                .toList();

        assertThat(errors).allSatisfy(error -> assertThat(named).anyMatch(name -> covers(name, error)));
        assertThat(named).allSatisfy(name -> assertThat(errors).anyMatch(error -> covers(name, error)));
    }

    private static boolean covers(String name, String error) {
        return name.endsWith(".*") ? error.startsWith(name.substring(0, name.length() - 1)) : error.equals(name);
    }

    @Test
    void theExampleIsTheSmallestOfTheExamples() throws IOException {
        String example = all("(?s)```json\n(.*?)```", Files.readString(README))
                .findFirst()
                .orElseThrow()
                .group(1);
        assertThat(Synthesized.JSON.readTree(example))
                .isEqualTo(Synthesized.JSON.readTree(Synthesized.ROOT
                        .resolve("statemachine/examples/minimal.json")
                        .toFile()));
    }

    @Test
    void theInputOfTheCodePipelineActionIsARequest() throws IOException {
        JsonNode action = Synthesized.JSON.readTree(Synthesized.ROOT
                .resolve("statemachine/examples/codepipeline-action.json")
                .toFile());
        JsonNode input = Synthesized.JSON.readTree(
                action.path("configuration").path("Input").asText());
        assertThat(input.has("sourceImageId")).isTrue();
        assertThat(action.path("configuration").path("StateMachineArn").asText())
                .endsWith(":ShareAmi");
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        try (Stream<Path> pages = Files.walk(Synthesized.ROOT.resolve("docs"))) {
            for (Path page : Stream.concat(
                            Stream.of(README), pages.filter(p -> p.toString().endsWith(".md")))
                    .toList()) {
                all("]\\((?!https?:)([^)#]+)(?:#[^)]*)?\\)", Files.readString(page))
                        .forEach(link -> assertThat(page.resolveSibling(link.group(1)))
                                .as(page.toString())
                                .exists());
            }
        }
    }

    @Test
    void thePageOfPermissionsIsTheTableOfPermissions() throws IOException {
        String page = Files.readString(PERMISSIONS);
        String written = page.substring(0, page.indexOf(MARK) + MARK.length()) + tables();
        if ("write".equals(System.getProperty("snapshots"))) {
            Files.writeString(PERMISSIONS, written);
        }
        assertThat(written).isEqualTo(Files.readString(PERMISSIONS));
    }

    private static String tables() {
        StringBuilder tables = new StringBuilder();
        permissions().table().forEach((function, permissions) -> {
            tables.append("\n### ").append(function).append("\n\n| statement | actions | on | if | why |\n");
            tables.append("| --- | --- | --- | --- | --- |\n");
            permissions.forEach(permission -> tables.append(row(permission)));
        });
        return tables.toString();
    }

    private static String row(Permission permission) {
        return "| " + permission.sid() + " | " + code(permission.actions()) + " | " + code(permission.resources())
                + " | "
                + permission.conditions().entrySet().stream()
                        .map(condition -> condition.getKey() + " `" + condition.getValue() + "`")
                        .collect(Collectors.joining(", "))
                + " | " + permission.why() + " |\n";
    }

    private static String code(List<String> values) {
        return values.stream().map(value -> "`" + value + "`").collect(Collectors.joining(", "));
    }

    private static Permissions permissions() {
        Settings example = new Settings(
                Settings.Origin.NAMED,
                "111111111111",
                "us-east-1",
                Boundary.parse(List.of("any")),
                "",
                100,
                true,
                List.of(),
                Path.of(""),
                Path.of(""));
        return new Permissions(example, "aws", "amazonaws.com", "arn:aws:dynamodb:us-east-1:111111111111:table/LEDGER");
    }

    private static String section(String title) throws IOException {
        String readme = Files.readString(README);
        String from = readme.substring(readme.indexOf("\n## " + title + "\n") + 1);
        int end = from.indexOf("\n## ");
        return end < 0 ? from : from.substring(0, end);
    }

    private static Stream<MatchResult> all(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results();
    }
}
