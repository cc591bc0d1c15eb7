package dev.amishare.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.amishare.error.AmiShareException;
import dev.amishare.error.InvalidRequest;
import dev.amishare.json.Json;
import dev.amishare.json.MalformedJson;
import dev.amishare.json.Records;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What all handlers have in common: reads the input, calls the step, writes its output; logs a JSON line at the start and at the end;
 * turns the SDK's exceptions into our errors.
 */
abstract class Handler<I extends Record, O extends Record> implements RequestStreamHandler {
    private final Function<Json, O> step;

    Handler(Class<I> inputType, Function<I, O> step) {
        this(input -> step.apply(Records.read(input, inputType)));
    }

    /** Of a function that stands in two states, whose inputs differ. */
    Handler(Function<Json, O> step) {
        this.step = step;
        // Loads the parser's classes now: with SnapStart, once for all, before the snapshot (docs/adr/0001-json.md).
        Json.parse("{}").text();
    }

    @Override
    public final void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("state", getClass().getSimpleName().replaceFirst("Handler$", ""));
        fields.put("account", partOfArn(context, 4));
        fields.put("region", partOfArn(context, 3));
        try {
            Json input = Json.parse(text);
            fields.putAll(LogFields.of(input));
            log(context, fields, "STARTED", "");
            Json output = Records.write(step.apply(LogFields.withoutLog(input)));
            out.write(output.text().getBytes(StandardCharsets.UTF_8));
            fields.putAll(LogFields.ofOutput(output));
            log(context, fields, fields.containsKey(LogFields.STRANGERS) ? "WARN" : "DONE", "");
        } catch (MalformedJson e) {
            throw failed(
                            context,
                            fields,
                            new InvalidRequest("The input of this state is not what it asks for. " + e.getMessage()))
                    .alone();
        } catch (AmiShareException e) {
            throw failed(context, fields, e).alone();
        } catch (SdkException e) {
            String where = "function " + context.getFunctionName() + " of account " + partOfArn(context, 4);
            throw failed(context, fields, Translation.translate(e, where)).alone();
        } catch (RuntimeException e) {
            throw failed(context, fields, e);
        }
    }

    private static <E extends RuntimeException> E failed(Context context, Map<String, String> fields, E failure) {
        log(context, fields, failure.getClass().getSimpleName(), String.valueOf(failure.getMessage()));
        return failure;
    }

    private static void log(Context context, Map<String, String> fields, String outcome, String message) {
        Map<String, String> line = new LinkedHashMap<>(fields);
        line.put("outcome", outcome);
        if (!message.isEmpty()) {
            line.put("message", message);
        }
        context.getLogger().log(Records.write(line).text() + "\n");
    }

    /** Of the function's own: its Region, its account. */
    private static String partOfArn(Context context, int part) {
        return Optional.ofNullable(context.getInvokedFunctionArn())
                .map(arn -> arn.split(":", -1))
                .filter(parts -> parts.length > part)
                .map(parts -> parts[part])
                .orElse("unknown");
    }
}
