package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Truth.NO;
import static dev.amishare.keypolicy.Truth.UNKNOWN;
import static dev.amishare.keypolicy.Truth.YES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.json.Json;
import dev.amishare.keypolicy.Situation.Access;
import dev.amishare.keypolicy.Situation.Known;
import dev.amishare.keypolicy.Situation.Who;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConditionsTest {
    /** A key that is there, one of several values, one of which a part is known, one that surely is not there; all others: unknown. */
    private static final Situation SITUATION = Situation.of(Map.of(
            "k:there", Known.exactly("Abc"),
            "k:true", Known.exactly("true"),
            "k:arn", Known.exactly("arn:aws:iam::222222222222:role/team/Launcher"),
            "k:part", Known.like("abc*"),
            "k:absent", Known.ABSENT,
            "aws:PrincipalOrgPaths", Known.like("o-example1234/*")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // a key that is there
                "StringEquals | k:there | Abc | YES",
                "StringEquals | K:THERE | Abc | YES",
                "StringEquals | k:there | abc | NO",
                "StringEquals | k:there | Ab* | NO",
                "StringEqualsIgnoreCase | k:there | aBC | YES",
                "StringNotEquals | k:there | Abc | NO",
                "StringNotEquals | k:there | x | YES",
                "StringNotEqualsIgnoreCase | k:there | abC | NO",
                "StringLike | k:there | A?c | YES",
                "StringNotLike | k:there | x,A* | NO",
                "StringEqualsIfExists | k:there | x | NO",
                "Bool | k:true | TRUE | YES",
                "Bool | k:true | false | NO",
                "Null | k:there | true | NO",
                "Null | k:there | false | YES",
                "NumericLessThan | k:there | 5 | UNKNOWN",
                "ArnLike | k:arn | arn:aws:iam::*:role/team/* | YES",
                "ArnEquals | k:arn | arn:aws:iam::*:role/other/* | NO",
                "ArnNotLike | k:arn | arn:aws:iam::222222222222:* | NO",
                "ForAllValues:StringEquals | k:there | Abc | YES",
                "ForAnyValue:StringNotEquals | k:there | Abc | NO",
                // one of which a part is known
                "StringLike | k:part | ab* | YES",
                "StringLike | k:part | x* | NO",
                "StringEquals | k:part | abcd | UNKNOWN",
                "StringNotEquals | k:part | abcd | UNKNOWN",
                "StringNotLike | k:part | * | NO",
                // one that surely is not there
                "StringEquals | k:absent | x | NO",
                "StringNotEquals | k:absent | x | YES",
                "StringEqualsIfExists | k:absent | x | YES",
                "ArnNotLike | k:absent | x | YES",
                "Bool | k:absent | true | NO",
                "BoolIfExists | k:absent | true | YES",
                "NumericLessThan | k:absent | 5 | NO",
                "NumericNotEquals | k:absent | 5 | YES",
                "NotIpAddress | k:absent | 10.0.0.0/8 | YES",
                "Null | k:absent | true | YES",
                "ForAllValues:StringEquals | k:absent | x | YES",
                "ForAnyValue:StringEquals | k:absent | x | NO",
                "ForAnyValue:StringNotEquals | k:absent | x | NO",
                // one of which nothing is known
                "StringEquals | k:unknown | x | UNKNOWN",
                "StringNotEquals | k:unknown | x | UNKNOWN",
                "StringLike | k:unknown | * | UNKNOWN",
                "StringLikeIfExists | k:unknown | * | YES",
                "Null | k:unknown | true | UNKNOWN",
                // one of several values
                "StringLike | aws:PrincipalOrgPaths | o-example1234/* | UNKNOWN",
                "ForAnyValue:StringLike | aws:PrincipalOrgPaths | o-example1234/* | YES",
                "ForAnyValue:StringLike | aws:PrincipalOrgPaths | o-other/* | NO",
                "ForAllValues:StringNotLike | aws:PrincipalOrgPaths | o-other/* | YES",
                // what the language does not have
                "StringSounds | k:there | x | UNKNOWN",
                "NullIfExists | k:absent | true | UNKNOWN"
            })
    void knowTheOperators(String operator, String key, String values, Truth holds) {
        assertThat(judge(SITUATION, operator, key, values.split(",", -1))).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({
        "${k:there}, YES",
        "A${k:true}, NO",
        "${k:absent}, UNKNOWN",
        "'${k:absent, ''Abc''}', YES",
        "${k:unknown}, UNKNOWN",
        "x${k:unknown}, NO"
    })
    void putValuesInPlaceOfVariables(String value, Truth holds) {
        assertThat(judge(SITUATION, "StringEquals", "k:there", value)).isEqualTo(holds);
    }

    @Test
    void takeEscapedWildcardsForThemselves() {
        Situation star = Situation.of(Map.of("k:star", Known.exactly("a*")));

        assertThat(judge(star, "StringLike", "k:star", "a${*}")).isEqualTo(YES);
        assertThat(judge(SITUATION, "StringLike", "k:there", "A${*}")).isEqualTo(NO);
    }

    @Test
    void knowVariablesOnlyInPoliciesWhoseVersionHasThem() {
        Statement statement = statement("StringEquals", "k:there", "${k:there}");

        assertThat(new Conditions(SITUATION, true).hold(statement)).isEqualTo(YES);
        assertThat(new Conditions(SITUATION, false).hold(statement)).isEqualTo(NO);
    }

    @Test
    void allMustHoldAndOneThatDoesNotDecides() {
        Statement statement = Statement.of((Json.Obj) Json.parse(
                """
                {"Condition": {"StringEquals": {"k:there": "Abc", "k:unknown": "x"}, "Bool": {"k:true": %s}}}"""
                        .formatted("true")));
        Statement hopeless =
                Statement.of((Json.Obj) Json.parse(statement.raw().replace("\"k:true\":true", "\"k:true\":false")));

        assertThat(new Conditions(SITUATION, true).hold(statement)).isEqualTo(UNKNOWN);
        assertThat(new Conditions(SITUATION, true).hold(hopeless)).isEqualTo(NO);
        assertThat(new Conditions(SITUATION, true).hold(Statement.of(new Json.Obj(Map.of()))))
                .isEqualTo(YES);
        assertThat(new Conditions(SITUATION, true).hold(Statement.of(new Json.Obj(Map.of("Condition", Json.of("x"))))))
                .isEqualTo(UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "kms:Decrypt, true, kms:ViaService, ec2.eu-west-1.amazonaws.com, YES",
        "kms:DescribeKey, false, kms:ViaService, ec2.eu-west-1.amazonaws.com, NO",
        "kms:CreateGrant, true, kms:GrantIsForAWSResource, true, YES",
        "kms:CreateGrant, false, kms:GrantIsForAWSResource, true, NO",
        "kms:Decrypt, true, kms:GrantIsForAWSResource, true, NO",
        "kms:Decrypt, true, kms:EncryptionContext:aws:ebs:id, snap-1, UNKNOWN",
        "kms:Decrypt, true, kms:EncryptionContext:aws:s3:arn, x, NO",
        "kms:DescribeKey, false, kms:EncryptionContext:aws:ebs:id, snap-1, NO",
        "kms:Decrypt, true, aws:PrincipalArn, arn:aws:iam::222222222222:role/Launcher, YES",
        "kms:Decrypt, true, kms:CallerAccount, 222222222222, YES",
        "kms:Decrypt, true, aws:PrincipalOrgID, o-example1234, UNKNOWN",
        "kms:Decrypt, true, aws:ResourceAccount, 111111111111, YES",
        "kms:Decrypt, true, aws:SourceVpce, vpce-1, UNKNOWN"
    })
    void areGivenWhatIsKnownOfALaunch(String action, boolean throughEc2, String key, String value, Truth holds) {
        Who role = new Who("222222222222", "role/Launcher", Optional.empty(), Optional.empty());
        Situation launch = Situation.of(role, new Access(action, throughEc2), Some.KEY);

        assertThat(judge(launch, "StringEquals", key, value)).isEqualTo(holds);
    }

    /** A negated operator is the opposite of the other, but where a set of values is empty. */
    @Property
    void ofNegatedOperatorsAreTheOpposite(
            @ForAll("keys") String key, @ForAll("operators") String operator, @ForAll("values") List<String> values) {
        String[] all = values.toArray(String[]::new);
        String negated = operator.replaceFirst("^(String|Arn)", "$1Not");

        assertThat(judge(SITUATION, negated, key, all))
                .isEqualTo(judge(SITUATION, operator, key, all).not());
    }

    /** What is known less of gives no other certain answer. */
    @Property
    void knowingLessOnlyGivesDoubt(
            @ForAll("keys") String key, @ForAll("operators") String operator, @ForAll("values") List<String> values) {
        String[] all = values.toArray(String[]::new);

        Truth knowingNothing = judge(Situation.of(Map.of()), operator, key, all);

        assertThat(knowingNothing).isIn(UNKNOWN, judge(SITUATION, operator, key, all));
    }

    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.of("k:there", "k:arn", "k:part", "k:absent", "k:unknown");
    }

    @Provide
    Arbitrary<String> operators() {
        return Arbitraries.of("StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnEquals", "ArnLike");
    }

    @Provide
    Arbitrary<List<String>> values() {
        return Arbitraries.of(
                        "Abc",
                        "abc",
                        "ab*",
                        "*",
                        "x",
                        "arn:aws:iam::*:role/team/*",
                        "arn:*",
                        "${k:there}",
                        "${k:unknown}")
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
    }

    private static Truth judge(Situation situation, String operator, String key, String... values) {
        return new Conditions(situation, true).hold(statement(operator, key, values));
    }

    private static Statement statement(String operator, String key, String... values) {
        Json condition = new Json.Obj(Map.of(operator, new Json.Obj(Map.of(key, Json.strings(List.of(values))))));
        return Statement.of(new Json.Obj(Map.of("Condition", condition)));
    }
}
