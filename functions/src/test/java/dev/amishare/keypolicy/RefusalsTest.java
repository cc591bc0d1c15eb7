package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Some.KEY;
import static dev.amishare.keypolicy.Some.ORGANIZATION;
import static dev.amishare.keypolicy.Some.ROLE;
import static dev.amishare.keypolicy.Some.UNIT;
import static dev.amishare.keypolicy.Some.boundary;
import static dev.amishare.keypolicy.Some.policy;
import static dev.amishare.keypolicy.Some.principals;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RefusalsTest {
    @Test
    void hasNothingAgainstAnOrdinaryShare() {
        assertThat(refusals(principals("444444444444"), principals("222222222222", ROLE)))
                .isEmpty();
    }

    @Test
    void refusesWhomTheBoundaryDoesNotHold() {
        assertThat(Refusals.of(
                        KEY,
                        policy(),
                        Principals.none(),
                        principals("222222222222", "444444444444"),
                        boundary("222222222222")))
                .singleElement()
                .asString()
                .startsWith("The account 444444444444 is outside this deployment's boundary");
    }

    @ParameterizedTest
    @ValueSource(strings = {"333333333333", ORGANIZATION, UNIT})
    void refusesARoleBesideWhatHoldsItWhicheverCameFirst(String wider) {
        assertThat(refusals(principals(wider), principals(ROLE)))
                .singleElement()
                .asString()
                .contains(ROLE, wider, KEY);
        assertThat(refusals(principals(ROLE), principals(wider))).hasSize(1);
        assertThat(refusals(Principals.none(), principals(ROLE, wider))).hasSize(1);
    }

    @Test
    void leavesAnOverlapThatWasThereBeforeToThoseWhoMadeIt() {
        Principals present = principals(ROLE, "333333333333");

        assertThat(refusals(present, principals("222222222222", ROLE))).isEmpty();
    }

    @Test
    void allowsARoleBesideAnotherAccountAndAccountsBesideTheirOrganization() {
        assertThat(refusals(principals("222222222222"), principals(ROLE, "arn:aws:iam::333333333333:role/Other")))
                .isEmpty();
        assertThat(refusals(principals(ORGANIZATION), principals("222222222222", UNIT)))
                .isEmpty();
    }

    @Test
    void saysWhetherTheWiderOneSurelyHoldsTheRole() {
        assertThat(new Overlap(Principal.of(ROLE), Principal.of("333333333333")).message(KEY))
                .contains("the whole account 333333333333 would share");
        assertThat(new Overlap(Principal.of(ROLE), Principal.of(UNIT)).message(KEY))
                .contains("organizational unit " + UNIT + ", which may hold it, would share");
    }

    @Test
    void refusesMoreThanThePolicyHoldsWithTheSizeAndTheWayOut() {
        List<String> accounts = IntStream.range(0, 600)
                .mapToObj(i -> String.format("2%011d", i))
                .toList();

        assertThat(refusals(principals(accounts.get(0)), Principals.parse(accounts)))
                .singleElement()
                .asString()
                .contains("40,", " bytes with 599 more targets", "AWS allows 32,768", "organization")
                .contains(KEY);
    }

    @Test
    void refusesAPolicyExactlyWhenItIsTooLong() {
        int spare = KeyPolicy.LONGEST - policy(sidOf(0)).size();

        assertThat(Refusals.tooLong(KEY, policy(sidOf(spare)), Principals.none()))
                .isEmpty();
        assertThat(Refusals.tooLong(KEY, policy(sidOf(spare + 1)), Principals.none()))
                .isPresent();
    }

    @Test
    void refusesAKeyWhosePolicyCannotBeWrittenForSomebodyElsesOrphan() {
        assertThat(Refusals.of(
                        KEY,
                        policy(
                                "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"AROAEXAMPLETHEIRS001\"},\"Action\":\"kms:Decrypt\",\"Resource\":\"*\"}"),
                        Principals.none(),
                        principals("222222222222"),
                        Boundary.unlimited()))
                .singleElement()
                .asString()
                .contains("AROAEXAMPLETHEIRS001", KEY);
    }

    @Test
    void doesNotMindOrphansOfOurOwn() {
        assertThat(Refusals.orphans(
                        KEY, policy("{\"Sid\":\"AmiShareUse\",\"Principal\":{\"AWS\":\"AROAEXAMPLETHEIRS001\"}}")))
                .isEmpty();
    }

    @Test
    void refusesTargetsThatAStatementOfSomebodyElseSurelyDenies() {
        KeyPolicy denying = policy(
                "{\"Sid\":\"NotB\",\"Effect\":\"Deny\",\"Principal\":{\"AWS\":\"222222222222\"},\"Action\":\"kms:Decrypt\",\"Resource\":\"*\"}");

        assertThat(Refusals.of(
                        KEY,
                        denying,
                        Principals.none(),
                        principals("222222222222", "444444444444"),
                        Boundary.unlimited()))
                .singleElement()
                .asString()
                .contains("NotB denies account 222222222222", KEY)
                .doesNotContain("444444444444");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"Principal\":\"*\",\"Resource\":\"*\"",
                "\"Principal\":\"*\",\"Action\":\"kms:Decrypt\"",
                "\"Principal\":\"*\""
            })
    void refusesAPolicyThatKmsTakesNoMoreSinceAStatementSaysTooLittle(String statement) {
        KeyPolicy incomplete = policy("{\"Sid\":\"Old\",\"Effect\":\"Allow\"," + statement + "}");

        assertThat(Refusals.incomplete(KEY, incomplete))
                .hasValueSatisfying(line -> assertThat(line).contains("the statement Old", KEY));
        assertThat(Refusals.incomplete(KEY, policy("{\"NotAction\":\"kms:*\",\"NotResource\":\"*\"}")))
                .isEmpty();
    }

    @Test
    void doesNotCountWhomTheBoundaryHoldsNoMore() {
        assertThat(Refusals.of(KEY, policy(), principals("333333333333"), principals(ROLE), boundary("333333333333")))
                .hasSize(1);
        assertThat(Refusals.of(KEY, policy(), principals(UNIT), principals(ROLE), boundary("333333333333")))
                .isEmpty();
    }

    private static List<String> refusals(Principals present, Principals asked) {
        return Refusals.of(KEY, policy(), present, asked, Boundary.unlimited());
    }

    private static String sidOf(int length) {
        return "{\"Sid\":\"" + "x".repeat(length) + "\"}";
    }
}
