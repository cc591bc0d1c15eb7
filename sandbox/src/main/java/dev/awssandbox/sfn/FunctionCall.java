package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;

/** A Task whose resource is the function itself. */
final class FunctionCall implements Call {
    private final Flow flow;
    private final String arn;

    FunctionCall(Flow flow, String arn) {
        this.flow = flow;
        this.arn = arn;
    }

    @Override
    public String function() {
        return arn;
    }

    @Override
    public JsonNode payload(JsonNode input) {
        return input;
    }

    @Override
    public JsonNode result(JsonNode answer) {
        return answer;
    }

    @Override
    public void scheduled(JsonNode input, @Nullable Integer timeoutSeconds) {
        flow.record(
                HistoryEventType.LAMBDA_FUNCTION_SCHEDULED,
                event -> event.lambdaFunctionScheduledEventDetails(details -> details.resource(arn)
                        .input(Json.write(input))
                        .inputDetails(data -> data.truncated(false))
                        .timeoutInSeconds(timeoutSeconds == null ? null : Long.valueOf(timeoutSeconds))));
        flow.record(HistoryEventType.LAMBDA_FUNCTION_STARTED, event -> {});
    }

    @Override
    public void succeeded(JsonNode result) {
        flow.record(
                HistoryEventType.LAMBDA_FUNCTION_SUCCEEDED,
                event -> event.lambdaFunctionSucceededEventDetails(
                        details -> details.output(Json.write(result)).outputDetails(data -> data.truncated(false))));
    }

    @Override
    public void failed(StatesError error) {
        flow.record(
                HistoryEventType.LAMBDA_FUNCTION_FAILED,
                event -> event.lambdaFunctionFailedEventDetails(
                        details -> details.error(error.error()).cause(error.cause())));
    }

    @Override
    public void timedOut() {
        flow.record(
                HistoryEventType.LAMBDA_FUNCTION_TIMED_OUT,
                event -> event.lambdaFunctionTimedOutEventDetails(details -> details.error(StatesError.TIMEOUT)));
    }
}
