package dev.amishare.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class JsonPropertiesTest {
    @Property(edgeCases = EdgeCasesMode.NONE)
    void everyTreeSurvivesBeingWrittenAndRead(@ForAll("trees") Json tree) {
        assertThat(Json.parse(tree.text())).isEqualTo(tree);
        assertThat(Json.parse(tree.text()).text()).isEqualTo(tree.text());
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void whateverTheTextParsingAnswersOrSaysThatItIsMalformed(@ForAll("texts") String text) {
        try {
            Json.parse(text);
        } catch (MalformedJson e) {
            assertThat(e).hasMessageNotContaining("\n at ");
        }
    }

    @Provide
    static Arbitrary<Json> trees() {
        return trees(3);
    }

    private static Arbitrary<Json> trees(int depth) {
        Arbitrary<Json> leaves = Arbitraries.oneOf(
                Arbitraries.strings().map(Json::of),
                Arbitraries.longs().map(Json::of),
                Arbitraries.bigDecimals().map(number -> new Json.Num(number.toString())),
                Arbitraries.of(true, false).map(Json::of),
                Arbitraries.just(Json.Nil.NULL));
        if (depth == 0) {
            return leaves;
        }
        Arbitrary<Json> arrays = trees(depth - 1).list().ofMaxSize(4).map(Json.Arr::new);
        Arbitrary<Json> objects = Arbitraries.maps(Arbitraries.strings().ofMaxLength(8), trees(depth - 1))
                .ofMaxSize(4)
                .map(JsonPropertiesTest::object);
        return Arbitraries.oneOf(leaves, arrays, objects);
    }

    private static Json object(Map<String, Json> fields) {
        return new Json.Obj(new LinkedHashMap<>(fields));
    }

    @Provide
    static Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings(),
                Arbitraries.strings()
                        .withChars("{}[]\",:0123456789.eE+-truefalsn\\u \n\u0000")
                        .ofMaxLength(60));
    }
}
