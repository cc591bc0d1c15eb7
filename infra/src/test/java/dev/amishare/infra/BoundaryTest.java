package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BoundaryTest {
    @Test
    void tellsAccountsFromOrganizations() {
        Boundary boundary = Boundary.parse(List.of("222222222222, o-example1234", "333333333333"));
        assertThat(boundary.accounts()).containsExactly("222222222222", "333333333333");
        assertThat(boundary.organizations()).containsExactly("o-example1234");
        assertThat(boundary.json())
                .isEqualTo("{\"accounts\":[\"222222222222\",\"333333333333\"],\"organizations\":[\"o-example1234\"]}");
    }

    @Test
    void saysAnyInAWordOfItsOwn() {
        assertThat(Boundary.parse(List.of("any")).json()).isEqualTo("{\"any\":true}");
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    '',                   No boundary is configured
                    ' , ',                No boundary is configured
                    'any,222222222222',   says any and also names ids
                    12345678901,          neither an account id
                    ou-ab12-cdefgh34,     neither an account id
                    all,                  neither an account id
                    """)
    void refusesWhatLimitsNothing(String boundary, String why) {
        assertThatThrownBy(() -> Boundary.parse(List.of(boundary)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesMoreAccountsThanAFunctionsEnvironmentHolds() {
        List<String> accounts =
                IntStream.range(0, 300).mapToObj("2%011d"::formatted).toList();
        assertThatThrownBy(() -> Boundary.parse(accounts)).hasMessageContaining("Name their organization instead");
    }
}
