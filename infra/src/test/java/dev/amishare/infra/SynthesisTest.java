package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.AppProps;

final class SynthesisTest {
    @Test
    void refusesToGuessABoundary() {
        assertThatThrownBy(() -> Synthesized.with(Map.of("boundary", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("No boundary is configured");
    }

    @Test
    void warnsOfABoundaryWithoutLimit() {
        assertThat(Synthesized.usual().messages("AmiShare"))
                .singleElement()
                .asString()
                .contains("The boundary is \"any\"");
    }

    @Test
    void refusesABoundaryWithoutLimitThatNobodyConfirmed() {
        assertThatThrownBy(() -> Synthesized.with(Map.of("anyBoundaryIsIntended", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-c anyBoundaryIsIntended=true");
        assertThatThrownBy(() -> Synthesized.with(
                        Map.of("account", "", "anyBoundaryIsIntended", "false"),
                        Map.of("CDK_DEFAULT_ACCOUNT", "111111111111")))
                .hasMessageContaining("-c anyBoundaryIsIntended=true");
    }

    @Test
    void writesAnExampleWithoutAnAccountAndNoTemplateForTargets() {
        Synthesized example = Synthesized.with(Map.of("account", "", "region", "", "anyBoundaryIsIntended", ""));
        assertThat(example.stacks()).containsExactly("AmiShareExample");
        assertThat(example.template("AmiShareExample").path("Description").asText())
                .startsWith("An example");
    }

    /** Its role would trust whoever happens to be signed in, a target's administrator for one. */
    @Test
    void writesNoTemplateForTargetsWhereTheAccountIsNotNamed() {
        Synthesized signedIn = Synthesized.with(Map.of("account", ""), Map.of("CDK_DEFAULT_ACCOUNT", "222222222222"));
        assertThat(signedIn.stacks()).containsExactly("AmiShare");
        assertThat(signedIn.environment("AmiShare")).isEqualTo("aws://222222222222/us-east-1");
        assertThat(signedIn.messages("AmiShare")).anyMatch(message -> message.contains("no template for targets"));
    }

    @Test
    void saysThatTargetAccountsDecideNothing() {
        Synthesized synthesized =
                Synthesized.with(Map.of("boundary", "222222222222", "targetAccounts", "222222222222"));
        assertThat(synthesized.stacks()).containsExactly("AmiShare", "AmiShareTarget");
        assertThat(synthesized.messages("AmiShare"))
                .singleElement()
                .asString()
                .contains("\"targetAccounts\" decides nothing", "StackSet");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    account               | 11111111111           | not an account id
                    suffix                | -blue                 | 1 to 20 letters
                    suffix                | blue_green            | 1 to 20 letters
                    suffix                | a23456789012345678901 | 1 to 20 letters
                    maxPrincipals         | 0                     | from 1 to 1000
                    maxPrincipals         | 1001                  | from 1 to 1000
                    maxPrincipals         | many                  | from 1 to 1000
                    askOrganizations      | yes                   | true or false
                    anyBoundaryIsIntended | yes                   | true or false
                    """)
    void refusesASettingThatMeansNothing(String setting, String value, String why) {
        assertThatThrownBy(() -> Synthesized.with(Map.of(setting, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(value)
                .hasMessageContaining(why);
    }

    /** IAM of GovCloud and China refuses policies with ARNs of another partition. */
    @ParameterizedTest
    @ValueSource(strings = {"us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-east-1"})
    void namesNoPartition(String region) {
        Synthesized synthesized = Synthesized.with(Map.of("region", region));
        for (String stack : synthesized.stacks()) {
            assertThat(synthesized.file(stack + ".template.json"))
                    .doesNotContain("arn:aws")
                    .contains("AWS::Partition");
        }
        assertThat(synthesized.file("AmiShare.template.json")).doesNotContain(".*.amazonaws.com");
    }

    @Test
    void saysHowToMakeTheJarThatIsMissing(@TempDir Path empty) {
        assertThatThrownBy(() -> App.synthesize(
                        AppProps.builder().context(Map.of("boundary", "any")).build(), empty, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mvn package");
    }

    /** Every suppression says why, too. */
    @ParameterizedTest
    @ValueSource(strings = {"AmiShare", "AmiShareTarget"})
    void leavesNoFindingOfCdkNagOpen(String stack) {
        List<String> findings = Synthesized.usual()
                .file("AwsSolutions-" + stack + "-NagReport.csv")
                .lines()
                .toList();
        assertThat(findings).hasSizeGreaterThan(1);
        assertThat(findings).noneMatch(line -> line.contains("\"Non-Compliant\"") || line.contains("\"UNKNOWN\""));
        assertThat(findings)
                .filteredOn(line -> line.contains("\"Suppressed\""))
                .noneMatch(line -> line.contains("\"Suppressed\",\"\"") || line.contains("\"Suppressed\",\"N/A\""));
    }

    /** Asset hashes and the names made of them are blanked. Write anew with -Dsnapshots=write, and read the difference. */
    @ParameterizedTest
    @ValueSource(strings = {"AmiShare", "AmiShareTarget"})
    void synthesizesWhatItSynthesizedBefore(String stack) throws IOException {
        Path snapshot = Path.of("src/test/resources/snapshots", stack + ".json");
        String now = Synthesized.JSON
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(Synthesized.usual().template(stack))
                        .replaceAll("[0-9a-f]{64}", "HASH")
                        .replaceAll("(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}", "$1HASH")
                + "\n";
        if ("write".equals(System.getProperty("snapshots"))) {
            Files.writeString(snapshot, now);
        }
        assertThat(now).isEqualTo(Files.readString(snapshot));
    }
}
