package dev.amishare.lambda;

import dev.amishare.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of a state's input and output identifies it in a log: execution, images, key, Region. Nothing else of them is logged. What a
 * function does not ask for, but its log should name, the state machine hands over in the field {@code log}.
 */
final class LogFields {
    /** What somebody has to be told of, though the step has done its work. */
    static final String STRANGERS = "strangers";

    private static final String FOR_THE_LOG = "log";

    private LogFields() {}

    static Map<String, String> of(Json input) {
        Map<String, String> fields = new LinkedHashMap<>();
        put(fields, "execution", text(input, "execution").or(() -> text(input, FOR_THE_LOG, "execution")));
        put(
                fields,
                "sourceImage",
                text(input, "plan", "sourceImageId")
                        .or(() -> text(input, FOR_THE_LOG, "sourceImage"))
                        .or(() -> text(input, "input", "sourceImageId"))
                        .or(() -> taggedImage(input)));
        put(fields, "sourceSnapshot", text(input, "volume", "snapshotId"));
        put(fields, "imageName", text(input, "plan", "imageName").or(() -> text(input, "imageName")));
        put(fields, "image", text(input, "image", "imageId"));
        Optional<String> key = text(input, "plan", "keyArn").or(() -> text(input, "keyArn"));
        put(fields, "key", key);
        put(
                fields,
                "region",
                text(input, "plan", "region").or(() -> text(input, "region")).or(() -> key.map(
                                arn -> arn.split(":", -1))
                        .filter(arn -> arn.length > 3)
                        .map(arn -> arn[3])));
        return fields;
    }

    /** What the step has made or taken back. */
    static Map<String, String> ofOutput(Json output) {
        Map<String, String> fields = new LinkedHashMap<>();
        put(fields, "image", text(output, "imageId").or(() -> text(output, "image", "imageId")));
        put(fields, "snapshot", text(output, "snapshotId"));
        put(fields, "undone", lines(output, "undone"));
        put(fields, "left", lines(output, "left"));
        if (at(output, "done").filter(Json.of(true)::equals).isPresent()) {
            put(fields, STRANGERS, lines(output, STRANGERS));
        }
        return fields;
    }

    /** The input as the step asks for it. */
    static Json withoutLog(Json input) {
        if (!(input instanceof Json.Obj object) || object.get(FOR_THE_LOG).isEmpty()) {
            return input;
        }
        Map<String, Json> fields = new LinkedHashMap<>(object.fields());
        fields.remove(FOR_THE_LOG);
        return new Json.Obj(fields);
    }

    /** Of the event that tagging an image sends. */
    private static Optional<String> taggedImage(Json input) {
        return at(input, "input", "resources")
                .filter(resources ->
                        resources instanceof Json.Arr list && list.items().size() == 1)
                .map(resources -> ((Json.Arr) resources).items().get(0))
                .filter(Json.Str.class::isInstance)
                .map(resource -> ((Json.Str) resource).value())
                .map(arn -> arn.substring(arn.lastIndexOf('/') + 1));
    }

    private static void put(Map<String, String> fields, String name, Optional<String> value) {
        value.ifPresent(present -> fields.put(name, present));
    }

    private static Optional<String> text(Json json, String... path) {
        return at(json, path).filter(Json.Str.class::isInstance).map(value -> ((Json.Str) value).value());
    }

    private static Optional<String> lines(Json json, String name) {
        return at(json, name)
                .filter(Json.Arr.class::isInstance)
                .map(list -> ((Json.Arr) list)
                        .items().stream()
                                .map(item -> item instanceof Json.Str text ? text.value() : item.text())
                                .toList())
                .filter(lines -> !lines.isEmpty())
                .map(lines -> String.join("; ", lines));
    }

    private static Optional<Json> at(Json json, String... path) {
        Optional<Json> at = Optional.of(json);
        for (String name : List.of(path)) {
            at = at.flatMap(value -> value instanceof Json.Obj object ? object.get(name) : Optional.empty());
        }
        return at;
    }
}
