package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.kernel.Kernel;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;

/** One run of a state machine, by the definition and the role that the machine had when it began. */
final class Execution {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final String arn;
    private final String name;
    private final StateMachine machine;
    private final String inputText;
    private final JsonNode input;
    private final Surroundings surroundings;
    private final Instant startDate;
    private final History history;
    private final ObjectNode context;
    private final Flow flow;
    private ExecutionStatus status = ExecutionStatus.RUNNING;
    private Kernel.@Nullable Event timeout;
    private @Nullable Instant stopDate;
    private @Nullable String output;
    private @Nullable String error;
    private @Nullable String cause;

    Execution(
            String arn,
            String name,
            StateMachine machine,
            String inputText,
            JsonNode input,
            Surroundings surroundings) {
        this.arn = arn;
        this.name = name;
        this.machine = machine;
        this.inputText = inputText;
        this.input = input;
        this.surroundings = surroundings;
        this.startDate = surroundings.kernel().now();
        this.history = new History(surroundings.kernel());
        this.context = context();
        this.flow = new Flow(this, machine.definition(), new TopLevel());
    }

    /** Begins; the first state is entered once the caller has its answer. */
    void start() {
        history.add(
                HistoryEventType.EXECUTION_STARTED,
                0,
                event -> event.executionStartedEventDetails(details -> details.input(inputText)
                        .inputDetails(data -> data.truncated(false))
                        .roleArn(machine.roleArn())));
        surroundings.statusChanged(this);
        Integer seconds = machine.definition().timeoutSeconds();
        if (seconds != null) {
            timeout = after(Duration.ofSeconds(seconds), this::timeOut);
        }
        after(Duration.ZERO, () -> flow.start(input));
    }

    /** StopExecution; a function that runs for it runs on, abandoned. */
    void abort(@Nullable String abortError, @Nullable String abortCause) {
        if (!isRunning()) {
            return;
        }
        history.addLast(
                HistoryEventType.EXECUTION_ABORTED,
                0,
                event -> event.executionAbortedEventDetails(
                        details -> details.error(abortError).cause(abortCause)));
        end(ExecutionStatus.ABORTED, null, abortError, abortCause);
    }

    private void timeOut() {
        history.addLast(
                HistoryEventType.EXECUTION_TIMED_OUT,
                flow.previous(),
                event -> event.executionTimedOutEventDetails(d -> {}));
        end(ExecutionStatus.TIMED_OUT, null, null, null);
    }

    private void fail(@Nullable String failError, @Nullable String failCause) {
        history.addLast(
                HistoryEventType.EXECUTION_FAILED,
                flow.previous(),
                event -> event.executionFailedEventDetails(
                        details -> details.error(failError).cause(failCause)));
        end(ExecutionStatus.FAILED, null, failError, failCause);
    }

    private void end(
            ExecutionStatus endStatus,
            @Nullable String endOutput,
            @Nullable String endError,
            @Nullable String endCause) {
        flow.abandon();
        if (timeout != null) {
            surroundings.kernel().cancel(timeout);
        }
        status = endStatus;
        stopDate = surroundings.kernel().now();
        output = endOutput;
        error = endError;
        cause = endCause;
        surroundings.statusChanged(this);
    }

    /** Has something done later, unless the execution has ended by then. */
    Kernel.Event after(Duration delay, Runnable body) {
        return surroundings.kernel().after(delay, () -> act(body));
    }

    /** Does a piece of this execution's work: everything that happens to it passes here. */
    void act(Runnable body) {
        if (!isRunning()) {
            return;
        }
        try {
            body.run();
        } catch (History.Full e) {
            fail(
                    StatesError.RUNTIME,
                    "The execution reached the maximum number of history events (" + History.LIMIT + ").");
        }
    }

    private ObjectNode context() {
        ObjectNode result = Json.NODES.objectNode();
        result.putObject("Execution")
                .put("Id", arn)
                .put("Name", name)
                .put("RoleArn", machine.roleArn())
                .put("StartTime", TIME.format(startDate))
                .put("RedriveCount", 0)
                .set("Input", input);
        result.putObject("StateMachine").put("Id", machine.arn()).put("Name", machine.name());
        return result;
    }

    /** The context object as a state sees it. */
    ObjectNode context(String state, Instant entered, int retryCount, @Nullable JsonNode mapItem) {
        ObjectNode result = Json.NODES.objectNode();
        result.setAll(context);
        result.putObject("State")
                .put("Name", state)
                .put("EnteredTime", TIME.format(entered))
                .put("RetryCount", retryCount);
        if (mapItem != null) {
            result.putObject("Map").set("Item", mapItem);
        }
        return result;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    History history() {
        return history;
    }

    String arn() {
        return arn;
    }

    String name() {
        return name;
    }

    StateMachine machine() {
        return machine;
    }

    String input() {
        return inputText;
    }

    boolean isRunning() {
        return status == ExecutionStatus.RUNNING;
    }

    ExecutionStatus status() {
        return status;
    }

    Instant startDate() {
        return startDate;
    }

    @Nullable
    Instant stopDate() {
        return stopDate;
    }

    @Nullable
    String output() {
        return output;
    }

    @Nullable
    String error() {
        return error;
    }

    @Nullable
    String cause() {
        return cause;
    }

    Iterable<HistoryEvent> events() {
        return history.events();
    }

    /** What follows the last state of the machine. */
    private final class TopLevel implements Flow.Owner {
        @Override
        public void ended(Flow ended, JsonNode result) {
            String text = Json.write(result);
            history.addLast(
                    HistoryEventType.EXECUTION_SUCCEEDED,
                    ended.previous(),
                    event -> event.executionSucceededEventDetails(
                            details -> details.output(text).outputDetails(data -> data.truncated(false))));
            end(ExecutionStatus.SUCCEEDED, text, null, null);
        }

        @Override
        public void failed(Flow failed, StatesError reason) {
            fail(emptyToNull(reason.error()), emptyToNull(reason.cause()));
        }

        private @Nullable String emptyToNull(String text) {
            return text.isEmpty() ? null : text;
        }
    }
}
