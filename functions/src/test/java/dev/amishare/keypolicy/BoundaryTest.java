package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Some.ORGANIZATION;
import static dev.amishare.keypolicy.Some.OTHER_UNIT;
import static dev.amishare.keypolicy.Some.ROLE;
import static dev.amishare.keypolicy.Some.UNIT;
import static dev.amishare.keypolicy.Some.boundary;
import static dev.amishare.keypolicy.Some.principal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.json.MalformedJson;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class BoundaryTest {
    @Test
    void anyHoldsEverybodyAndAsksForNoMembership() {
        for (String value : List.of("222222222222", ROLE, ORGANIZATION, UNIT)) {
            assertThat(Boundary.unlimited().permits(principal(value))).isTrue();
            assertThat(Boundary.unlimited().onlyAsMember(principal(value))).isFalse();
        }
    }

    @Test
    void aListOfAccountsHoldsThemAndTheirRolesAndNobodyElse() {
        Boundary accounts = boundary("333333333333");

        assertThat(accounts.permits(principal("333333333333"))).isTrue();
        assertThat(accounts.permits(principal(ROLE))).isTrue();
        assertThat(accounts.onlyAsMember(principal(ROLE))).isFalse();
        assertThat(accounts.permits(principal("222222222222"))).isFalse();
        assertThat(accounts.permits(principal(ORGANIZATION))).isFalse();
        assertThat(accounts.permits(principal(UNIT))).isFalse();
    }

    @Test
    void anOrganizationHoldsItselfItsUnitsAndAnyAccountAsItsMember() {
        Boundary organization = boundary("o-example1234", "333333333333");

        assertThat(organization.permits(principal(ORGANIZATION))).isTrue();
        assertThat(organization.permits(principal(UNIT))).isTrue();
        assertThat(organization.permits(principal(OTHER_UNIT))).isFalse();
        assertThat(organization.permits(principal("222222222222"))).isTrue();
        assertThat(organization.onlyAsMember(principal("222222222222"))).isTrue();
        assertThat(organization.onlyAsMember(principal(ROLE))).isFalse();
        assertThat(organization.onlyAsMember(principal(UNIT))).isFalse();
    }

    @Test
    void isReadFromTheEnvironmentOfAFunction() {
        assertThat(Boundary.parse("{\"any\":true}")).isEqualTo(Boundary.unlimited());
        assertThat(Boundary.parse("{\"accounts\":[\"222222222222\"],\"organizations\":[\"o-example1234\"]}"))
                .isEqualTo(boundary("222222222222", "o-example1234"));
        assertThat(Boundary.parse("{}").permits(principal("222222222222"))).isFalse();
    }

    @Test
    void isNeverReadAsMoreThanItSays() {
        assertThatThrownBy(() -> Boundary.parse("{\"all\":true}")).isInstanceOf(MalformedJson.class);
        assertThatThrownBy(() -> Boundary.parse("{\"any\":\"true\"}")).isInstanceOf(MalformedJson.class);
        assertThatThrownBy(() -> Boundary.parse("{\"any\":true,\"accounts\":[\"222222222222\"]}"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Boundary(true, new TreeSet<>(), new TreeSet<>(List.of("o-example1234"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
