package dev.amishare.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import dev.amishare.error.InvalidRequest;
import dev.amishare.json.Json;
import dev.amishare.request.Faults;
import dev.amishare.request.RequestParser;
import dev.amishare.request.TagEvent;
import dev.amishare.step.PlanShare;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Hostile input from its first byte on: whatever text an execution is started with, it is read, or refused as {@link InvalidRequest}, and
 * what is logged stays one line of JSON.
 */
final class HandlerPropertiesTest {
    private static final List<String> EXAMPLES = Stream.of("full", "minimal", "organization", "role", "tag-event")
            .map(HandlerPropertiesTest::example)
            .toList();

    /** What may stand where something else is asked for. */
    private static final List<String> INSTEAD = List.of(
            "null",
            "true",
            "0",
            "-1e999999999",
            "1".repeat(999),
            "1".repeat(2000),
            "\"\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\r\\n{\\\"level\\\":1}\"",
            "\"" + "x".repeat(100_000) + "\"",
            "\"*\"",
            "\"ami-0123456789abcdef0\"",
            "[]",
            "[[]]",
            "[null]",
            "[\"222222222222\", 222222222222, null, {}]",
            "{}",
            "{\"\": null}",
            "{\"a\": 1, \"a\": 2}",
            "{\"__proto__\": {\"x\": []}}",
            "[".repeat(60) + "]".repeat(60),
            "[".repeat(20_000) + "]".repeat(20_000),
            "{\"a\":".repeat(20_000) + "1" + "}".repeat(20_000),
            "NaN",
            "'x'",
            "/**/1",
            "");

    /** Every field of every example, and the whole of it, with all of these in its place. */
    @Example
    void aFieldOfAnotherKindIsReadOrRefused() {
        int cases = 0;
        for (String example : EXAMPLES) {
            Json json = Json.parse(example);
            for (Function<String, String> with : places(json)) {
                for (String instead : INSTEAD) {
                    isReadOrRefused(with.apply(instead));
                    cases++;
                }
            }
        }
        System.out.println(cases + " fields replaced");
        assertThat(cases).isGreaterThan(1000);
    }

    @Property(tries = 20_000)
    void aDamagedTextIsReadOrRefused(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder(any(random, EXAMPLES));
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(text.length() + 1);
            int to = Math.min(text.length(), at + random.nextInt(30));
            switch (random.nextInt(5)) {
                case 0 -> text.delete(at, to);
                case 1 -> text.insert(at, any(random, INSTEAD));
                case 2 -> text.insert(at, text.substring(at, to));
                case 3 -> text.insert(at, (char) random.nextInt(0x10000));
                default ->
                    text.replace(at, to, any(random, List.of("{", "}", "[", "]", "\"", ",", ":", "\\", "\\u", "-")));
            }
        }
        isReadOrRefused(text.toString());
    }

    /** The execution's input is one field of what the handler is given, as the state machine puts it there. */
    private static void isReadOrRefused(String input) {
        String text = "{\"input\":" + input
                + ",\"execution\":\"arn:aws:states:us-east-1:111111111111:execution:ShareAmi:x\","
                + "\"startedAt\":\"2026-01-01T00:00:00Z\"}";
        Log log = new Log();

        Throwable thrown = catchThrowable(() -> new Reading()
                .handleRequest(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        new ByteArrayOutputStream(),
                        log));

        if (thrown != null) {
            assertThat(thrown).as(shortened(input)).isExactlyInstanceOf(InvalidRequest.class);
            assertThat(thrown.getMessage()).as(shortened(input)).isNotBlank().hasSizeLessThan(20_000);
        }
        assertThat(log.lines).as(shortened(input)).isNotEmpty().allSatisfy(line -> {
            assertThat(line.strip()).doesNotContain("\n", "\r");
            assertThat(Json.parse(line)).isInstanceOf(Json.Obj.class);
        });
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(1000, text.length()));
    }

    /** Reads an input as {@link PlanShare} does, and asks AWS nothing. */
    private static final class Reading extends Handler<PlanShare.Input, PlanShare.Output> {
        Reading() {
            super(PlanShare.Input.class, input -> {
                Faults faults = new Faults();
                if (TagEvent.is(input.input())) {
                    TagEvent.request(input.input(), "us-east-1", faults);
                } else {
                    RequestParser.request(input.input(), faults);
                }
                faults.throwIfAny();
                return new PlanShare.Output("", List.of(), List.of());
            });
        }
    }

    /** For each place in a document, the document's text with another one there. */
    private static List<Function<String, String>> places(Json json) {
        List<Function<String, String>> places = new ArrayList<>();
        places.add(text -> text);
        if (json instanceof Json.Obj object) {
            object.fields().forEach((name, value) -> places(value)
                    .forEach(place -> places.add(text -> {
                        Map<String, String> fields = new LinkedHashMap<>();
                        object.fields().forEach((n, v) -> fields.put(n, n.equals(name) ? place.apply(text) : v.text()));
                        List<String> written = new ArrayList<>();
                        fields.forEach((n, v) -> written.add(Json.of(n).text() + ":" + v));
                        return "{" + String.join(",", written) + "}";
                    })));
        } else if (json instanceof Json.Arr array) {
            for (int i = 0; i < array.items().size(); i++) {
                int at = i;
                places(array.items().get(i))
                        .forEach(place -> places.add(text -> {
                            List<String> items = new ArrayList<>(
                                    array.items().stream().map(Json::text).toList());
                            items.set(at, place.apply(text));
                            return "[" + String.join(",", items) + "]";
                        }));
            }
        }
        return places;
    }

    private static String example(String name) {
        try {
            return Files.readString(Path.of("../statemachine/examples", name + ".json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String any(SplittableRandom random, List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** A context that keeps what is logged. */
    private static final class Log implements Context, LambdaLogger {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void log(String message) {
            lines.add(message);
        }

        @Override
        public void log(byte[] message) {
            lines.add(new String(message, StandardCharsets.UTF_8));
        }

        @Override
        public LambdaLogger getLogger() {
            return this;
        }

        @Override
        public String getInvokedFunctionArn() {
            return "arn:aws:lambda:us-east-1:111111111111:function:PlanShare:live";
        }

        @Override
        public String getFunctionName() {
            return "PlanShare";
        }

        @Override
        public String getFunctionVersion() {
            return "1";
        }

        @Override
        public String getAwsRequestId() {
            return "request";
        }

        @Override
        public String getLogGroupName() {
            return "group";
        }

        @Override
        public String getLogStreamName() {
            return "stream";
        }

        @Override
        public CognitoIdentity getIdentity() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ClientContext getClientContext() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int getRemainingTimeInMillis() {
            return 60_000;
        }

        @Override
        public int getMemoryLimitInMB() {
            return 1024;
        }
    }
}
