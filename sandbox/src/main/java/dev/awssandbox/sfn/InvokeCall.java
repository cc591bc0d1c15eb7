package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;

/** A Task that calls {@code lambda:invoke}, with the function in its parameters and Invoke's whole answer as its result. */
final class InvokeCall implements Call {
    private static final String TYPE = "lambda";
    private static final String ACTION = "invoke";

    private final Flow flow;
    private final ObjectNode parameters;
    private final String region;

    InvokeCall(Flow flow, ObjectNode parameters, String region) {
        this.flow = flow;
        this.parameters = parameters;
        this.region = region;
    }

    @Override
    public String function() {
        String name = parameters.path("FunctionName").asText();
        String qualifier = parameters.path("Qualifier").asText("");
        return qualifier.isEmpty() ? name : name + ":" + qualifier;
    }

    @Override
    public JsonNode payload(JsonNode input) {
        return parameters.has("Payload") ? parameters.get("Payload") : Json.NODES.objectNode();
    }

    @Override
    public JsonNode result(JsonNode answer) {
        ObjectNode result = Json.NODES.objectNode().put("ExecutedVersion", "$LATEST");
        result.set("Payload", answer);
        return result.put("StatusCode", 200);
    }

    @Override
    public void scheduled(JsonNode input, @Nullable Integer timeoutSeconds) {
        flow.record(
                HistoryEventType.TASK_SCHEDULED,
                event -> event.taskScheduledEventDetails(details -> details.resourceType(TYPE)
                        .resource(ACTION)
                        .region(region)
                        .parameters(Json.write(input))
                        .timeoutInSeconds(timeoutSeconds == null ? null : Long.valueOf(timeoutSeconds))));
        flow.record(
                HistoryEventType.TASK_STARTED,
                event -> event.taskStartedEventDetails(
                        details -> details.resourceType(TYPE).resource(ACTION)));
    }

    @Override
    public void succeeded(JsonNode result) {
        flow.record(
                HistoryEventType.TASK_SUCCEEDED,
                event -> event.taskSucceededEventDetails(details -> details.resourceType(TYPE)
                        .resource(ACTION)
                        .output(Json.write(result))
                        .outputDetails(data -> data.truncated(false))));
    }

    @Override
    public void failed(StatesError error) {
        flow.record(
                HistoryEventType.TASK_FAILED,
                event -> event.taskFailedEventDetails(details -> details.resourceType(TYPE)
                        .resource(ACTION)
                        .error(error.error())
                        .cause(error.cause())));
    }

    @Override
    public void timedOut() {
        flow.record(
                HistoryEventType.TASK_TIMED_OUT,
                event -> event.taskTimedOutEventDetails(
                        details -> details.resourceType(TYPE).resource(ACTION).error(StatesError.TIMEOUT)));
    }
}
