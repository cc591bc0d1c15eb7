package dev.amishare.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.amishare.error.InvalidRequest;
import dev.amishare.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Hostile input: whatever comes, it is read, or refused as {@link InvalidRequest}. */
final class RequestParserPropertiesTest {
    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void parsingNeverEndsInAnythingButInvalidRequest(@ForAll("documents") Json document) {
        Faults faults = new Faults();
        ShareRequest request = RequestParser.request(document, faults);
        Throwable thrown = catchThrowable(faults::throwIfAny);
        if (thrown == null) {
            assertThat(request.sourceImageId()).matches("ami-[0-9a-f]{8,17}");
            assertThat(request.targets().accounts()).allMatch(account -> account.matches("\\d{12}"));
        } else {
            assertThat(thrown).isExactlyInstanceOf(InvalidRequest.class);
            assertThat(thrown.getMessage()).doesNotMatch("(?s).*[\\x00-\\x09\\x0b-\\x1f].*");
        }
    }

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    void eventsAreReadOrRefusedLikewise(@ForAll("events") Json event) {
        Faults faults = new Faults();
        TagEvent.request(event, "us-east-1", faults);
        Throwable thrown = catchThrowable(faults::throwIfAny);
        assertThat(thrown == null || thrown instanceof InvalidRequest).isTrue();
    }

    @Provide
    static Arbitrary<Json> documents() {
        Arbitrary<String> names = Arbitraries.of(
                "sourceImageId",
                "kmsKeyId",
                "targets",
                "regions",
                "name",
                "tags",
                "shareSnapshots",
                "verify",
                "profile",
                "x");
        Arbitrary<Json> accounts = Arbitraries.of("222222222222", "22", "*", "", "all")
                .map(Json::of)
                .list()
                .ofMaxSize(5)
                .map(Json.Arr::new);
        Arbitrary<Json> targets = Arbitraries.maps(
                        Arbitraries.of("accounts", "roles", "organizations", "organizationalUnits", "y"),
                        Arbitraries.oneOf(accounts, anything(2)))
                .map(RequestParserPropertiesTest::object);
        Arbitrary<Json> values =
                Arbitraries.oneOf(Arbitraries.just(Json.of("ami-0123456789abcdef0")), targets, anything(3));
        return Arbitraries.oneOf(Arbitraries.maps(names, values).map(RequestParserPropertiesTest::object), anything(3));
    }

    @Provide
    static Arbitrary<Json> events() {
        Arbitrary<String> names =
                Arbitraries.of("detail-type", "source", "region", "resources", "detail", "tags", "service", "z");
        Arbitrary<Json> values = Arbitraries.oneOf(
                Arbitraries.of("Tag Change on Resource", "aws.tag", "us-east-1", "ec2")
                        .map(Json::of),
                anything(3));
        return Arbitraries.maps(names, values).map(RequestParserPropertiesTest::object);
    }

    private static Arbitrary<Json> anything(int depth) {
        Arbitrary<Json> leaves = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(300).map(Json::of),
                Arbitraries.longs().map(Json::of),
                Arbitraries.of(true, false).map(Json::of),
                Arbitraries.of("222222222222", "alias/x", "us-east-1", "t3.micro", "aws:x")
                        .map(Json::of),
                Arbitraries.just(Json.Nil.NULL));
        if (depth == 0) {
            return leaves;
        }
        return Arbitraries.oneOf(
                leaves,
                anything(depth - 1).list().ofMaxSize(4).map(Json.Arr::new),
                Arbitraries.maps(
                                Arbitraries.oneOf(
                                        Arbitraries.strings().ofMaxLength(200),
                                        Arbitraries.of("region", "kmsKeyId", "canary", "instanceTypes", "aws:a")),
                                anything(depth - 1))
                        .ofMaxSize(4)
                        .map(RequestParserPropertiesTest::object));
    }

    private static Json object(Map<String, Json> fields) {
        return new Json.Obj(new LinkedHashMap<>(fields));
    }
}
