package dev.awssandbox.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each operator, with the values of the policy, those of the request ({@code -} for none), and what follows. */
final class ConditionTest {
    @ParameterizedTest(name = "{0} policy {1}, request {2}: {3} ({4})")
    @CsvSource(
            textBlock =
                    """
            StringEquals,              a|b,        b,        true,  one of the values is enough
            StringEquals,              a,          A,        false, case counts
            StringEquals,              a*,         ab,       false, no wildcards
            StringEquals,              a,          -,        false, a key that is missing meets nothing
            StringNotEquals,           a|b,        c,        true,  none of the values
            StringNotEquals,           a|b,        b,        false, one of them
            StringNotEquals,           a,          -,        true,  a missing key is not equal
            StringEqualsIgnoreCase,    Abc,        aBC,      true,  case does not count
            StringNotEqualsIgnoreCase, Abc,        aBC,      false, case does not count
            StringLike,                vol-*,      vol-1,    true,  any text
            StringLike,                vol-?,      vol-12,   false, one character
            StringLike,                vol-*1,     vol-121,  true,  backtracks
            StringNotLike,             vol-*,      snap-1,   true,  matches none
            NumericEquals,             5,          5.0,      true,  numbers not texts
            NumericNotEquals,          5,          6,        true,  numbers
            NumericLessThan,           5,          4,        true,  the request's number is smaller
            NumericLessThan,           5,          5,        false, not equal
            NumericLessThanEquals,     5,          5,        true,  equal
            NumericGreaterThan,        5,          10,       true,  not as text
            NumericGreaterThanEquals,  5,          5,        true,  equal
            NumericLessThan,           5,          x,        false, no number is nothing
            DateLessThan,              2026-02-01T00:00:00Z, 2026-01-31T23:59:59Z, true,  before
            DateGreaterThan,           2026-02-01,           2026-02-01T00:00:01Z, true,  a day begins at midnight
            DateGreaterThanEquals,     1767225600,           2026-01-01T00:00:00Z, true,  seconds since 1970
            DateEquals,                2026-01-01T01:00:00+01:00, 2026-01-01T00:00:00Z, true, offsets
            DateNotEquals,             2026-01-01T00:00:00Z, 2026-01-01T00:00:00Z, false, the same
            DateLessThanEquals,        2026-01-01T00:00:00Z, 2026-01-01T00:00:00Z, true,  equal
            Bool,                      true,       true,     true,  as text
            Bool,                      TRUE,       true,     true,  without regard to case
            Bool,                      false,      true,     false, other value
            Bool,                      false,      -,        false, a missing key is not false
            BinaryEquals,              YQ==,       YQ==,     true,  compared as written
            IpAddress,                 10.1.0.0/16,   10.1.200.3, true,  inside
            IpAddress,                 10.1.0.0/16,   10.2.0.1,   false, outside
            IpAddress,                 10.1.2.3,      10.1.2.3,   true,  one address
            IpAddress,                 2001:db8::/32, 2001:db8:1::5, true, of version 6
            IpAddress,                 2001:db8::/32, 10.1.2.3,   false, other version
            IpAddress,                 10.1.0.0/16,   -,          false, through a service there is no address
            NotIpAddress,              10.1.0.0/16,   10.2.0.1,   true,  outside
            ArnEquals,                 arn:aws:iam::111111111111:role/*, arn:aws:iam::111111111111:role/a/b, true, wildcards work in ArnEquals
            ArnLike,                   arn:aws:iam::*:role/X, arn:aws:iam::222222222222:role/X, true, in any part
            ArnLike,                   arn:aws:iam:*:role/X,  arn:aws:iam::222222222222:role/X, false, never over a colon
            ArnLike,                   arn:aws:iam::1*:role/X, arn:aws:iam::222222222222:role/X, false, other account
            ArnNotEquals,              arn:aws:iam::111111111111:role/X, arn:aws:iam::111111111111:role/Y, true, other role
            ArnNotLike,                arn:aws:iam::111111111111:role/*, arn:aws:iam::111111111111:role/Y, false, alike
            Null,                      true,       -,        true,  is missing
            Null,                      true,       x,        false, is there
            Null,                      false,      x,        true,  is there
            Null,                      false,      -,        false, is missing
            StringEqualsIfExists,      a,          -,        true,  missing is fine
            StringEqualsIfExists,      a,          b,        false, but what is there counts
            BoolIfExists,              true,       -,        true,  missing is fine
            BoolIfExists,              true,       false,    false, but what is there counts
            """)
    void comparesOneValue(String operator, String policy, String request, boolean holds, String why) {
        assertThat(holds(operator, "aws:SomeKey", policy, request, true))
                .as(why)
                .isEqualTo(holds);
        assertThat(holds(operator, "aws:SomeKey", policy, request, false))
                .as("the same in a Deny")
                .isEqualTo(holds);
    }

    @ParameterizedTest(name = "{0} policy {1}, request {2}: {3} ({4})")
    @CsvSource(
            textBlock =
                    """
            ForAnyValue:StringEquals,           a|b,   c|b,   true,  one is enough
            ForAnyValue:StringEquals,           a|b,   c|d,   false, none
            ForAnyValue:StringEquals,           a,     -,     false, nothing is not any
            ForAnyValue:StringEqualsIfExists,   a,     -,     true,  if exists
            ForAnyValue:StringLike,             o-x/*/ou-z/*, o-x/r-1/ou-y/ou-z/, true, a path below the unit
            ForAnyValue:StringLike,             o-x/*/ou-z/*, o-x/r-1/ou-y/,      false, beside the unit
            ForAnyValue:StringNotEquals,        a,     a|b,   true,  b is not a
            ForAnyValue:StringNotEquals,        a|b,   a|b,   false, each is one
            ForAllValues:StringEquals,          a|b|c, a|b,   true,  all are
            ForAllValues:StringEquals,          a|b,   a|c,   false, c is not
            ForAllValues:StringEquals,          a,     -,     true,  of nothing everything holds
            ForAllValues:StringNotEquals,       a,     b|c,   true,  none is a
            ForAllValues:StringNotEquals,       a,     a|c,   false, a is
            ForAllValues:ArnLike,               arn:aws:iam::111111111111:role/*, arn:aws:iam::111111111111:role/a, true, any operator
            """)
    void comparesSeveralValues(String operator, String policy, String request, boolean holds, String why) {
        assertThat(holds(operator, "aws:PrincipalOrgPaths", policy, request, true))
                .as(why)
                .isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({"StringEquals, a", "StringNotEquals, b", "StringLike, *"})
    void aMultivaluedKeyWithoutAQualifierNeverAllowsAndAlwaysDenies(String operator, String policy) {
        assertThat(holds(operator, "aws:TagKeys", policy, "a", true)).isFalse();
        assertThat(holds(operator, "aws:TagKeys", policy, "a", false)).isTrue();
        assertThat(holds(operator, "aws:SomeKey", policy, "a|c", true)).isFalse();
    }

    @ParameterizedTest(name = "{0} for the user {1}: {2}")
    @CsvSource({
        "StringEquals, ${aws:username}, ann, ann, true",
        "StringEquals, ${aws:username}, ann, bob, false",
        "StringEquals, x-${AWS:UserName}-y, ann, x-ann-y, true",
        "StringEquals, '${aws:username, ''nobody''}', -, nobody, true",
        "StringEquals, ${aws:username}, -, ann, false",
        "StringNotEquals, ${aws:username}, -, ann, false",
        "StringEquals, a${*}b${$}, -, a*b$, true"
    })
    void fillsInPolicyVariables(String operator, String policy, String user, String request, boolean holds) {
        Condition condition = Condition.of(operator, "aws:SomeKey", List.of(policy));
        RequestContext context =
                RequestContext.of(Map.of("aws:somekey", values(request), "aws:username", values(user)));

        assertThat(condition.holds(context, true)).isEqualTo(holds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "StringEqual",
                "stringequals",
                "NullIfExists",
                "ForAnyValue:Null",
                "ForSomeValues:StringEquals",
                "StringEqualsIfExist",
                "IfExists",
                ""
            })
    void refusesAnOperatorThatTheLanguageDoesNotHave(String operator) {
        assertThatThrownBy(() -> Condition.of(operator, "aws:SomeKey", List.of("true")))
                .isInstanceOf(MalformedPolicy.class)
                .hasMessage("Invalid Condition type : " + operator + ".");
    }

    @ParameterizedTest
    @CsvSource({
        "NumericEquals, five",
        "DateLessThan, tomorrow",
        "DateLessThan, 2026-13-01",
        "Bool, yes",
        "Null, 1",
        "IpAddress, example.com",
        "IpAddress, 10.0.0.0/33",
        "NotIpAddress, 10.0.0.300"
    })
    void refusesAValueThatItsOperatorCannotCompare(String operator, String value) {
        assertThatThrownBy(() -> Condition.of(operator, "aws:SomeKey", List.of(value)))
                .isInstanceOf(MalformedPolicy.class)
                .hasMessageContaining(value);
    }

    private static boolean holds(String operator, String key, String policy, String request, boolean allowing) {
        return Condition.of(operator, key, values(policy))
                .holds(RequestContext.of(Map.of(key, values(request))), allowing);
    }

    private static List<String> values(String text) {
        return text.equals("-") ? List.of() : Arrays.asList(text.split("\\|", -1));
    }
}
