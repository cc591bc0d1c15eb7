package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Some.ORGANIZATION;
import static dev.amishare.keypolicy.Some.ROLE;
import static dev.amishare.keypolicy.Some.UNIT;
import static dev.amishare.keypolicy.Some.principal;
import static dev.amishare.keypolicy.Some.principals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrincipalTest {
    @Test
    void knowsTheFourKinds() {
        assertThat(principal("222222222222").kind()).isEqualTo(Principal.Kind.ACCOUNT);
        assertThat(principal(ROLE).kind()).isEqualTo(Principal.Kind.ROLE);
        assertThat(principal(ORGANIZATION).kind()).isEqualTo(Principal.Kind.ORGANIZATION);
        assertThat(principal(UNIT).kind()).isEqualTo(Principal.Kind.ORGANIZATIONAL_UNIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "22222222222",
                "2222222222222",
                "*",
                "arn:aws:iam::222222222222:root",
                "arn:aws:iam::222222222222:user/Somebody",
                "arn:aws:iam::222222222222:role/",
                "arn:aws:iam::222222222222:role/*",
                "arn:aws:iam::2222:role/Short",
                "arn:aws:organizations::111111111111:organization/o-short",
                "arn:aws:organizations::111111111111:ou/ou-ab12-cdefgh34",
                "arn:aws:organizations::111111111111:ou/o-example1234/ou-*",
                " 222222222222"
            })
    void refusesWhatIsNoneOfThem(String value) {
        assertThat(Principal.parse(value)).isEmpty();
        assertThatThrownBy(() -> Principal.of(value)).hasMessageContaining(value);
    }

    @Test
    void isNamedInPoliciesAndPermissionsAsAwsKnowsIt() {
        assertThat(principal("222222222222").arn("aws")).isEqualTo("arn:aws:iam::222222222222:root");
        assertThat(principal("222222222222").arn("aws-us-gov")).isEqualTo("arn:aws-us-gov:iam::222222222222:root");
        assertThat(principal(ROLE).arn("aws")).isEqualTo(ROLE);
        assertThat(principals("222222222222", ROLE, ORGANIZATION, UNIT).launchPermissions())
                .containsExactly("222222222222", "333333333333", ORGANIZATION, UNIT);
    }

    @Test
    void namesAnAccountOnceThoughTwoOfItsRolesNeedIt() {
        assertThat(principals(ROLE, "arn:aws:iam::333333333333:role/Other").launchPermissions())
                .containsExactly("333333333333");
    }

    @Test
    void knowsWhereMembersStand() {
        assertThat(principal(ORGANIZATION).organizationId()).isEqualTo("o-example1234");
        assertThat(principal(ORGANIZATION).organizationPath()).isEqualTo("o-example1234/*");
        assertThat(principal(UNIT).organizationId()).isEqualTo("o-example1234");
        assertThat(principal(UNIT).organizationPath()).isEqualTo("o-example1234/*/ou-ab12-cdefgh34/*");
    }

    @Test
    void hasNoAccountWhereThereAreManyAndNoOrganizationWhereItMayBeAny() {
        assertThatThrownBy(() -> principal(UNIT).account()).hasMessageContaining(UNIT);
        assertThatThrownBy(() -> principal(ROLE).organizationId()).hasMessageContaining(ROLE);
    }

    @Test
    void saysWhatItIsInMessages() {
        assertThat(List.of("222222222222", ROLE, ORGANIZATION, UNIT))
                .extracting(value -> principal(value).toString())
                .containsExactly(
                        "account 222222222222",
                        "role " + ROLE,
                        "organization " + ORGANIZATION,
                        "organizational unit " + UNIT);
    }

    @Test
    void isOneOfASetWhoseOrderDoesNotMatter() {
        Principals one = principals(UNIT, "333333333333", ROLE, "222222222222");
        Principals other = principals("222222222222", "333333333333", ROLE, UNIT, UNIT);

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).isNotEqualTo(principals(UNIT));
        assertThat(one.values()).containsExactly("222222222222", "333333333333", ROLE, UNIT);
        assertThat(one).hasToString("[222222222222, 333333333333, " + ROLE + ", " + UNIT + "]");
        assertThat(one.size()).isEqualTo(4);
        assertThat(one.minus(principals(ROLE, UNIT)).values()).containsExactly("222222222222", "333333333333");
        assertThat(one.plus(principals("444444444444")).size()).isEqualTo(5);
        assertThat(one.isEmpty()).isFalse();
        assertThat(Principals.none().isEmpty()).isTrue();
        assertThat(one).containsExactlyElementsOf(one.stream().toList());
    }
}
