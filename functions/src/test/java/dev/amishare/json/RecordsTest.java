package dev.amishare.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecordsTest {
    private static final String FULL =
            """
            {"name":"golden","count":3,"size":9000000000,"yes":true,"at":"2026-01-31T12:00:00.500Z","colour":"RED",\
            "inner":{"x":1},"list":["a","b"],"map":{"k":{"x":2}},"raw":{"any":[1.0,null]},"note":"n","maybe":"m"}""";

    enum Colour {
        RED,
        BLUE
    }

    record Inner(int x) {}

    record Full(
            String name,
            int count,
            long size,
            boolean yes,
            Instant at,
            Colour colour,
            Inner inner,
            List<String> list,
            Map<String, Inner> map,
            Json raw,
            @Nullable String note,
            Optional<String> maybe) {}

    record Sized(@Nullable Integer size, @Nullable Inner inner) {}

    @Test
    void readsEveryKindOfComponent() {
        Full full = Records.read(Json.parse(FULL), Full.class);
        assertThat(full)
                .isEqualTo(new Full(
                        "golden",
                        3,
                        9_000_000_000L,
                        true,
                        Instant.parse("2026-01-31T12:00:00.500Z"),
                        Colour.RED,
                        new Inner(1),
                        List.of("a", "b"),
                        Map.of("k", new Inner(2)),
                        Json.parse("{\"any\":[1.0,null]}"),
                        "n",
                        Optional.of("m")));
    }

    @Test
    void writesFieldsInTheOrderOfTheComponents() {
        assertThat(Records.write(Records.read(Json.parse(FULL), Full.class)).text())
                .isEqualTo(FULL);
    }

    @Test
    void whatMayBeMissingMayAlsoBeNullAndIsLeftOutWhenWritten() {
        Sized none = new Sized(null, null);
        assertThat(Records.read(Json.parse("{}"), Sized.class)).isEqualTo(none);
        assertThat(Records.read(Json.parse("{\"size\":null,\"inner\":null}"), Sized.class))
                .isEqualTo(none);
        assertThat(Records.write(none).text()).isEqualTo("{}");
    }

    @Test
    void listsAndMapsCannotBeChanged() {
        Full full = Records.read(Json.parse(FULL), Full.class);
        assertThatThrownBy(() -> full.list().add("c")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> full.map().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void wholeNumbersMayBeWrittenAsOthersWriteThem() {
        assertThat(Records.read(Json.parse("{\"x\":5.0}"), Inner.class)).isEqualTo(new Inner(5));
        assertThat(Records.read(Json.parse("{\"x\":1e2}"), Inner.class)).isEqualTo(new Inner(100));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            "name":"golden"   | "name":1           | $.name: must be a string, not a number
            "name":"golden"   | "name":null        | $.name: must be a string, not null
            "name":"golden",  |                    | $.name: missing
            "name":"golden"   | "nam":"golden"     | $.name: missing
            "yes":true        | "yes":"true"       | $.yes: must be true or false, not a string
            "count":3         | "count":"3"        | $.count: must be a whole number, not a string
            "count":3         | "count":3.5        | $.count: must be a whole number, not 3.5
            "count":3         | "count":3000000000 | $.count: 3000000000 is out of range
            "count":3         | "count":1e99999999 | $.count: must be a whole number, not 1e99999999
            "colour":"RED"    | "colour":"red"     | $.colour: must be one of [RED, BLUE], not 'red'
            2026-01-31T       | 31.1.2026 T        | $.at: must be a time such as 2026-01-31T12:00:00Z, not '31.1.2026 T12:00:00.500Z'
            {"x":1}           | [1]                | $.inner: must be an object, not a list
            {"x":1}           | {"x":1,"y":2}      | $.inner: unknown field 'y'
            {"x":2}           | {}                 | $.map.k.x: missing
            ["a","b"]         | ["a",["b"]]        | $.list[1]: must be a string, not a list
            ["a","b"]         | "a"                | $.list: must be a list, not a string
            """)
    void namesThePlaceAndTheFault(String part, @Nullable String instead, String message) {
        String text = FULL.replace(part, instead == null ? "" : instead);
        assertThatThrownBy(() -> Records.read(Json.parse(text), Full.class))
                .isInstanceOf(MalformedJson.class)
                .hasMessage(message);
    }
}
