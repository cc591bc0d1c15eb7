package dev.amishare.keypolicy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SurplusTest {
    private static final String KEY = "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private static final Principals B = Principals.parse(List.of("222222222222"));
    private static final Principals B_AND_C = Principals.parse(List.of("222222222222", "333333333333"));
    private static final Principals ORGANIZATION =
            Principals.parse(List.of("arn:aws:organizations::111111111111:organization/o-example1234"));

    @Test
    void lessThanIsExplainedIsNone() {
        assertThat(surplus(policyFor(B), B_AND_C)).isEmpty();
        assertThat(surplus(policyFor(Principals.none()), B_AND_C)).isEmpty();
    }

    @Test
    void namesWhoStandsUnderOurSidsUnexplained() {
        assertThat(surplus(policyFor(B_AND_C), B))
                .containsExactly(
                        "333333333333 in the statement AmiShareDescribe", "333333333333 in the statement AmiShareUse");
    }

    @Test
    void anOrganizationThatNobodyNamedIsOne() {
        assertThat(surplus(policyFor(B.plus(ORGANIZATION)), B))
                .contains("* in the statement AmiShareUseOrg", "o-example1234 in the statement AmiShareUseOrg");
    }

    @Test
    void aStatementOfOursThatLostItsConditionsIsOne() {
        String text = policyFor(B).text().replaceFirst("\"kms:ViaService\":\"[^\"]*\"", "\"kms:CallerAccount\":\"*\"");

        assertThat(surplus(KeyPolicy.parse(text), B))
                .containsExactly("the statement AmiShareUse, which was changed by somebody");
    }

    @Test
    void aRoleThatWasDeletedLetsNobodyIn() {
        String text = policyFor(B).text().replace("arn:aws:iam::222222222222:root", "AROAEXAMPLEEXAMPLE123");

        assertThat(surplus(KeyPolicy.parse(text), B)).isEmpty();
    }

    @Test
    void foreignStatementsAreNot() {
        String text =
                policyFor(B_AND_C).text().replace("AmiShareUse", "TheirUse").replace("AmiShareD", "TheirD");

        assertThat(surplus(KeyPolicy.parse(text), Principals.none())).isEmpty();
    }

    private static KeyPolicy policyFor(Principals principals) {
        return KeyPolicy.parse("{\"Version\":\"2012-10-17\",\"Statement\":[]}")
                .with(ShareStatements.derive(principals, Boundary.unlimited(), KEY));
    }

    private static List<String> surplus(KeyPolicy policy, Principals explained) {
        return Surplus.in(policy, explained, Boundary.unlimited(), KEY);
    }
}
