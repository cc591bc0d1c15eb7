package dev.awssandbox.judge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;

/**
 * An execution written down so that two engines can be compared: what happened in each flow (the machine itself, each iteration of each
 * Map) in order, with inputs, outputs and errors; without what no two runs share: times, ids, and how concurrent flows interleave.
 */
public final class Transcript {
    private static final ObjectMapper CANONICAL = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private static final Pattern TIME =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|\\+00:00)");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private final Style style;
    private final Map<Long, HistoryEvent> events = new LinkedHashMap<>();
    private final Map<Long, Flow> flowOf = new HashMap<>();
    private final Map<String, List<String>> lines = new TreeMap<>();

    private Transcript(Style style) {
        this.style = style;
    }

    /**
     * What else a comparison leaves out.
     *
     * @param data is asked for each JSON value that goes into or comes out of a state
     * @param text is asked for each value and each text, once times and ids are out of it
     * @param flow is asked for the lines of each flow
     */
    public record Style(UnaryOperator<JsonNode> data, UnaryOperator<String> text, UnaryOperator<List<String>> flow) {
        /** Nothing more than times and ids. */
        public static final Style PLAIN = new Style(data -> data, text -> text, flow -> flow);
    }

    /** A flow and the state it is in. */
    private static final class Flow {
        private final String name;
        private final @Nullable Flow parent;
        private final Map<String, Integer> visits = new HashMap<>();
        private @Nullable String inMap;

        private Flow(String name, @Nullable Flow parent) {
            this.name = name;
            this.parent = parent;
        }
    }

    /** Writes an execution down that has ended. */
    public static List<String> of(SfnClient client, DescribeExecutionResponse execution, Style style) {
        Transcript transcript = new Transcript(style);
        Flow top = new Flow("", null);
        client.getExecutionHistoryPaginator(r -> r.executionArn(execution.executionArn())).events().stream()
                .forEach(event -> transcript.add(event, top));
        List<String> all = new ArrayList<>();
        transcript.lines.forEach((flow, inFlow) ->
                style.flow().apply(inFlow).forEach(line -> all.add((flow.isEmpty() ? "" : flow + " ") + line)));
        // the output is that of ExecutionSucceeded; DescribeExecution of moto shows texts without their quotes
        all.add("ends " + execution.statusAsString() + " " + transcript.text(execution.error()) + " "
                + transcript.text(execution.cause()));
        return all;
    }

    private void add(HistoryEvent event, Flow top) {
        events.put(event.id(), event);
        Flow flow = flow(event, top);
        flowOf.put(event.id(), flow);
        String line = line(event);
        if (line != null) {
            // which iteration a worker of moto's did before this one depends on its threads
            String since = event.type() == HistoryEventType.MAP_ITERATION_STARTED ? "" : " < " + previous(event);
            lines.computeIfAbsent(flow.name, name -> new ArrayList<>()).add(line + since);
        }
        if (event.type() == HistoryEventType.MAP_STATE_ENTERED) {
            String map = event.stateEnteredEventDetails().name();
            flow.inMap = map + "#" + flow.visits.merge(map, 1, Integer::sum);
        } else if (event.stateExitedEventDetails() != null) {
            flow.inMap = null;
        }
    }

    private Flow flow(HistoryEvent event, Flow top) {
        Flow before = flowOf.getOrDefault(event.previousEventId(), top);
        if (event.type() == HistoryEventType.MAP_ITERATION_STARTED) {
            Flow parent = mapOf(before);
            int index = event.mapIterationStartedEventDetails().index();
            return new Flow(parent.name + "/" + parent.inMap + String.format("[%03d]", index), parent);
        }
        if (event.typeAsString().startsWith("MapState") && event.type() != HistoryEventType.MAP_STATE_ENTERED) {
            return mapOf(before);
        }
        return event.typeAsString().startsWith("Execution") ? top : before;
    }

    /** The flow whose Map state this flow belongs to, or that is in a Map state itself. */
    private static Flow mapOf(Flow flow) {
        Flow outer = flow;
        while (outer.inMap == null && outer.parent != null) {
            outer = outer.parent;
        }
        return outer;
    }

    /** moto reports errors of the language itself as failed tasks of no resource; the service goes on to what follows from them. */
    private static boolean isSpurious(HistoryEvent event) {
        return event.type() == HistoryEventType.TASK_FAILED
                && (event.taskFailedEventDetails() == null
                        || event.taskFailedEventDetails().resource() == null);
    }

    private String previous(HistoryEvent event) {
        HistoryEvent previous = events.get(event.previousEventId());
        while (previous != null && isSpurious(previous)) {
            previous = events.get(previous.previousEventId());
        }
        return previous == null ? "nothing" : previous.typeAsString();
    }

    private @Nullable String line(HistoryEvent event) {
        if (isSpurious(event)) {
            return null;
        }
        String type = event.typeAsString();
        if (event.stateEnteredEventDetails() != null) {
            return type + " " + event.stateEnteredEventDetails().name() + " "
                    + data(event.stateEnteredEventDetails().input());
        }
        if (event.stateExitedEventDetails() != null) {
            return type + " " + event.stateExitedEventDetails().name() + " "
                    + data(event.stateExitedEventDetails().output());
        }
        return switch (event.type()) {
            case EXECUTION_STARTED ->
                type + " " + data(event.executionStartedEventDetails().input());
            case EXECUTION_SUCCEEDED ->
                type + " " + data(event.executionSucceededEventDetails().output());
            case EXECUTION_FAILED ->
                type + " "
                        + text(event.executionFailedEventDetails().error()) + " "
                        + text(event.executionFailedEventDetails().cause());
            case LAMBDA_FUNCTION_SCHEDULED ->
                type + " "
                        + event.lambdaFunctionScheduledEventDetails().resource() + " "
                        + event.lambdaFunctionScheduledEventDetails().timeoutInSeconds() + " "
                        + data(event.lambdaFunctionScheduledEventDetails().input());
            case LAMBDA_FUNCTION_SUCCEEDED ->
                type + " " + data(event.lambdaFunctionSucceededEventDetails().output());
            case LAMBDA_FUNCTION_FAILED ->
                type + " "
                        + text(event.lambdaFunctionFailedEventDetails().error()) + " "
                        + text(event.lambdaFunctionFailedEventDetails().cause());
            case TASK_SCHEDULED ->
                type + " " + event.taskScheduledEventDetails().resourceType() + ":"
                        + event.taskScheduledEventDetails().resource() + " "
                        + data(event.taskScheduledEventDetails().parameters());
            case TASK_SUCCEEDED ->
                type + " " + data(event.taskSucceededEventDetails().output());
            case TASK_FAILED ->
                type + " " + text(event.taskFailedEventDetails().error()) + " "
                        + text(event.taskFailedEventDetails().cause());
            case MAP_STATE_STARTED ->
                type + " " + event.mapStateStartedEventDetails().length();
            default -> type;
        };
    }

    private String data(@Nullable String json) {
        if (json == null) {
            return "-";
        }
        try {
            JsonNode node = style.data().apply(CANONICAL.readTree(json));
            if (node instanceof ObjectNode object && object.has("Payload") && object.has("StatusCode")) {
                node = object.deepCopy().retain("Payload", "StatusCode"); // the rest is of HTTP
            }
            return withoutIds(CANONICAL.writeValueAsString(CANONICAL.treeToValue(node, Object.class)));
        } catch (JsonProcessingException e) {
            return json;
        }
    }

    /** Causes quote JSON with and without spaces. */
    private String text(@Nullable String text) {
        return text == null || text.isEmpty() ? "-" : withoutIds(text.replaceAll("(?<=[,:]) ", ""));
    }

    private String withoutIds(String text) {
        return style.text()
                .apply(UUID.matcher(TIME.matcher(text).replaceAll("TIME")).replaceAll("ID"));
    }
}
