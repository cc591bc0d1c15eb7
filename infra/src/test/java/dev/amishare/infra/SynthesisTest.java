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
    void saysHowToMakeTheJarThatIsMissing(@TempDir Path empty) {
        assertThatThrownBy(() -> App.synthesize(
                        AppProps.builder().context(Map.of("boundary", "any")).build(), empty, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mvn package");
    }

    /** Every suppression says why, too. */
    @ParameterizedTest
    @ValueSource(strings = {"AmiShare", "AmiShareTarget-222222222222"})
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
    @ValueSource(strings = {"AmiShare", "AmiShareTarget-222222222222"})
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
