package dev.awssandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.awssandbox.kernel.Kernel;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OrganizationTest {
    @ParameterizedTest(name = "{2}: {1} in {0}")
    @CsvSource({
        "organization/o-example1234, 222222222222, true",
        "organization/o-example1234, 111111111111, true",
        "organization/o-example1234, 333333333333, false",
        "organization/o-other56789, 222222222222, false",
        "ou/o-example1234/ou-ab12-cdefgh34, 222222222222, true",
        "ou/o-example1234/ou-ab12-inner000, 222222222222, true",
        "ou/o-example1234/ou-ab12-cdefgh3, 222222222222, false",
        "ou/o-example1234/ou-ab12-cdefgh34, 111111111111, false",
        "ou/o-other56789/ou-ab12-cdefgh34, 222222222222, false"
    })
    void containsItsMembersAndAUnitThoseBelowIt(String resource, String account, boolean contained) {
        try (Kernel kernel = Kernel.simulated(1)) {
            Organization organization = example(kernel);

            assertThat(organization.contains("arn:aws:organizations::111111111111:" + resource, account))
                    .isEqualTo(contained);
            assertThat(organization.contains("arn:aws:organizations::444444444444:" + resource, account))
                    .as("under another management account")
                    .isFalse();
        }
    }

    @Test
    void anAccountThatIsLeftOutHasLeft() {
        try (Kernel kernel = Kernel.simulated(1)) {
            Organization organization = example(kernel);
            organization.replace("o-other56789", "555555555555", Map.of("666666666666", "o-other56789/r-cd34/"));

            organization.replace("o-example1234", "111111111111", Map.of());

            assertThat(organization.of("222222222222")).isEmpty();
            assertThat(organization.of("666666666666")).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"o-other56789/r-ab12/", "o-example1234/r-ab12", "o-example1234/ou-ab12-cdefgh34/", ""})
    void refusesAPathThatIsNone(String path) {
        try (Kernel kernel = Kernel.simulated(1)) {
            assertThatThrownBy(() ->
                            example(kernel).replace("o-example1234", "111111111111", Map.of("222222222222", path)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Organization example(Kernel kernel) {
        Organization organization = new Organization(kernel);
        organization.replace(
                "o-example1234",
                "111111111111",
                Map.of("222222222222", "o-example1234/r-ab12/ou-ab12-cdefgh34/ou-ab12-inner000/"));
        return organization;
    }
}
