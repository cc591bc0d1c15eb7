package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Truth.NO;
import static dev.amishare.keypolicy.Truth.UNKNOWN;
import static dev.amishare.keypolicy.Truth.YES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TemplateTest {
    @ParameterizedTest
    @CsvSource({
        "abc, abc, YES",
        "abc, abd, NO",
        "a*, abc, YES",
        "a?c, abc, YES",
        "a?c, ac, NO",
        "*, a*c, YES",
        "a*, a*c, YES",
        "a*c, a*, UNKNOWN",
        "a?, a*, UNKNOWN",
        "a?, a?, YES",
        "?*, *, UNKNOWN",
        "b*, a*, NO",
        "*b, *a, NO",
        "ab, ?b, UNKNOWN",
        "a, *, UNKNOWN",
        "111111111111, ????????????, UNKNOWN",
        "11111111111, ????????????, NO"
    })
    void saysWhetherAPatternMatchesWhatIsPartlyKnown(String pattern, String value, Truth matches) {
        assertThat(Template.like(pattern).matches(Template.like(value))).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:iam::2*:role/*, arn:aws:iam::222222222222:role/a, YES",
        "arn:aws:*:role/*, arn:aws:iam::222222222222:role/a, UNKNOWN",
        "arn:aws:s3:*, arn:aws:iam::222222222222:role/a, NO",
        "arn:aws:iam::*:role/a, arn:aws:iam::222222222222:*, UNKNOWN",
        "arn:aws:iam::*:*, arn:aws:iam::222222222222:*, YES",
        "arn:*:*:*:*:*, arn:aws:sns:us-east-1:222222222222:a:b, YES",
        "arn:aws:iam::3*:role/*, arn:aws:iam::222222222222:*, NO"
    })
    void comparesArnsPartByPart(String pattern, String value, Truth matches) {
        assertThat(Template.like(pattern).matchesArn(Template.like(value))).isEqualTo(matches);
    }

    @Test
    void aPatternWithAnUnknownVariableExcludesButNeverSurelyMatches() {
        Template vague = Situation.of(Map.of()).pattern("a${aws:username}", false, true);

        assertThat(vague.matches(Template.exactly("abc"))).isEqualTo(UNKNOWN);
        assertThat(vague.matches(Template.exactly("xyz"))).isEqualTo(NO);
    }

    @Property
    void agreesWithARegularExpressionWhereTheValueIsKnown(
            @ForAll("patterns") String pattern, @ForAll("words") String value) {
        String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");

        assertThat(Template.like(pattern).matches(Template.exactly(value))).isEqualTo(value.matches(regex) ? YES : NO);
    }

    /** Whatever a partly known value turns out to be, the answer given before stays true. */
    @Property
    void isNeverWrongAboutWhatAPartlyKnownValueTurnsOutToBe(
            @ForAll("patterns") String pattern,
            @ForAll("patterns") String partly,
            @ForAll("words") String one,
            @ForAll("words") String other) {
        String value = partly.replaceFirst("\\*", one).replace("*", other).replace("?", "a");

        Truth before = Template.like(pattern).matches(Template.like(partly));

        if (before != UNKNOWN) {
            assertThat(Template.like(pattern).matches(Template.exactly(value))).isEqualTo(before);
        }
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.strings().withChars("ab*?").ofMaxLength(6);
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.strings().withChars("ab").ofMaxLength(5);
    }
}
