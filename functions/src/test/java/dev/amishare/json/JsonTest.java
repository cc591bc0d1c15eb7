package dev.amishare.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "true",
                "\"\"",
                "{\"Bool\":{\"kms:GrantIsForAWSResource\":true,\"x\":\"true\"}}",
                "[0,-0,1.0,1.10,1e5,1E-7,12345678901234567890123,0.1000000000000000055511151231257827]",
                "{\"b\":1,\"a\":{\"d\":[null,false],\"c\":\"ü\\n\\\"\\\\\\u0001\"}}"
            })
    void writesWhatItHasRead(String text) {
        assertThat(Json.parse(text).text()).isEqualTo(text);
    }

    @Test
    void blanksBetweenTokensDoNotMatter() {
        assertThat(Json.parse(" { \"a\" : [ 1 , 2 ] }\n").text()).isEqualTo("{\"a\":[1,2]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "01",
                "+1",
                ".5",
                "NaN",
                "Infinity",
                "tru",
                "\"\n\"",
                "1 2",
                "{} {}",
                "/* c */ 1",
                "\"\\x\"",
                "{\"a\":1,\"a\":1}",
                "{\"o\":{\"a\":1,\"\\u0061\":2}}"
            })
    void refusesWhatIsNotJsonOrNamesAFieldTwice(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(MalformedJson.class);
    }

    @Test
    void namesTheFieldThatStandsTwice() {
        assertThatThrownBy(() -> Json.parse("{\"name\": 1,\n \"name\": 2}"))
                .isInstanceOf(MalformedJson.class)
                .hasMessage("the field 'name' stands twice in one object, at line 2, column 11");
    }

    @Test
    void refusesDocumentsThatAreNestedTooDeeply() {
        assertThat(Json.parse("[".repeat(64) + "]".repeat(64)).kind()).isEqualTo("a list");
        assertThatThrownBy(() -> Json.parse("[".repeat(65) + "]".repeat(65))).isInstanceOf(MalformedJson.class);
        assertThatThrownBy(() -> Json.parse("{\"a\":".repeat(1_000_000))).isInstanceOf(MalformedJson.class);
    }

    @Test
    void objectsAreEqualWhateverTheOrderOfTheirFields() {
        assertThat(Json.parse("{\"a\":1,\"b\":2}")).isEqualTo(Json.parse("{\"b\":2,\"a\":1}"));
        assertThat(Json.parse("[1,2]")).isNotEqualTo(Json.parse("[2,1]"));
        assertThat(Json.parse("1")).isNotEqualTo(Json.parse("1.0"));
    }

    @Test
    void halfASurrogatePairSurvives() {
        assertThat(Json.of("x\ud800y").text()).isEqualTo("\"x\\ud800y\"");
        assertThat(Json.of("😀").text()).isEqualTo("\"😀\"");
    }

    @Test
    void settingAFieldKeepsItsPlace() {
        Json.Obj object = (Json.Obj) Json.parse("{\"a\":1,\"b\":2}");
        assertThat(object.with("a", Json.of(true)).with("c", Json.of(7)).text())
                .isEqualTo("{\"a\":true,\"b\":2,\"c\":7}");
        assertThat(object.text()).isEqualTo("{\"a\":1,\"b\":2}");
    }
}
