package dev.amishare.lambda;

import dev.amishare.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What of a state's input identifies it in a log: execution, Region, images. Nothing else of the input is logged. */
final class LogFields {
    private LogFields() {}

    static Map<String, String> of(Json input) {
        Map<String, String> fields = new LinkedHashMap<>();
        string(input, "execution").ifPresent(value -> fields.put("execution", value));
        string(input, "plan", "sourceImageId")
                .or(() -> string(input, "input", "sourceImageId"))
                .ifPresent(value -> fields.put("sourceImage", value));
        string(input, "plan", "imageName")
                .or(() -> string(input, "imageName"))
                .ifPresent(value -> fields.put("imageName", value));
        string(input, "image", "imageId").ifPresent(value -> fields.put("image", value));
        string(input, "plan", "region")
                .or(() -> string(input, "region"))
                .ifPresent(value -> fields.put("region", value));
        return fields;
    }

    private static Optional<String> string(Json json, String... path) {
        Json at = json;
        for (String name : path) {
            if (!(at instanceof Json.Obj object) || object.get(name).isEmpty()) {
                return Optional.empty();
            }
            at = object.get(name).get();
        }
        return at instanceof Json.Str string ? Optional.of(string.value()) : Optional.empty();
    }
}
