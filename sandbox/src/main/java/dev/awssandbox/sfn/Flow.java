package dev.awssandbox.sfn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.kernel.Kernel;
import dev.awssandbox.lambda.Invocation;
import dev.awssandbox.lambda.InvocationResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;
import software.amazon.awssdk.services.sfn.model.MapIterationEventDetails;

/**
 * One way through a definition, state after state: the execution itself, one iteration of a Map, or one branch of a Parallel state.
 * There are no threads: a state that waits leaves a continuation with the kernel or with the function that it invoked.
 */
final class Flow {
    private final Execution execution;
    private final Definition definition;
    private final Owner owner;
    private final @Nullable JsonNode mapItem;
    private long previous;
    private boolean over;
    private boolean stepping;
    private @Nullable Visit visit;
    private @Nullable Runnable following;
    private Kernel.@Nullable Event timer;
    private @Nullable Group group;

    Flow(Execution execution, Definition definition, Owner owner) {
        this(execution, definition, owner, null, 0);
    }

    /**
     * A flow inside of a state of another.
     *
     * @param mapItem what {@code $$.Map.Item} names
     * @param previous the event that the first one here follows
     */
    Flow(Execution execution, Definition definition, Owner owner, @Nullable JsonNode mapItem, long previous) {
        this.execution = execution;
        this.definition = definition;
        this.owner = owner;
        this.mapItem = mapItem;
        this.previous = previous;
    }

    /** Who is told how a flow ended. */
    interface Owner {
        void ended(Flow flow, JsonNode output);

        void failed(Flow flow, StatesError error);
    }

    /** One stay in a state, with all its retries. */
    private static final class Visit {
        private final State state;
        private final JsonNode input;
        private final long enteredEvent;
        private final Instant entered;
        private final int[] retriesOf;
        private int retries;
        private int attempt;

        private Visit(State state, JsonNode input, long enteredEvent, Instant entered) {
            this.state = state;
            this.input = input;
            this.enteredEvent = enteredEvent;
            this.entered = entered;
            this.retriesOf = new int
                    [state instanceof State.Worker worker
                            ? worker.outcome().retriers().size()
                            : 0];
        }
    }

    /** Goes to the first state. */
    void start(JsonNode input) {
        follow(() -> enter(definition.startAt(), input));
    }

    /** The event that the next one follows. */
    long previous() {
        return previous;
    }

    /** Nothing that was begun here is continued; a function that runs, runs on unheard. */
    void abandon() {
        over = true;
        stopTimer();
        if (group != null) {
            group.abandon();
        }
    }

    long record(HistoryEventType type, Consumer<HistoryEvent.Builder> details) {
        previous = execution.history().add(type, previous, details);
        return previous;
    }

    /** Records an event that those after it do not follow. */
    long recordAside(HistoryEventType type, Consumer<HistoryEvent.Builder> details) {
        return execution.history().add(type, previous, details);
    }

    /** A loop instead of recursion: a definition may go through thousands of states without ever waiting. */
    private void follow(Runnable step) {
        following = step;
        if (stepping) {
            return;
        }
        stepping = true;
        try {
            while (following != null && !over) {
                Runnable next = following;
                following = null;
                next.run();
            }
        } finally {
            stepping = false;
        }
    }

    private void enter(String name, JsonNode input) {
        State state = definition.state(name);
        long event = record(
                EventTypes.entered(state),
                builder -> builder.stateEnteredEventDetails(details ->
                        details.name(name).input(Json.write(input)).inputDetails(data -> data.truncated(false))));
        Visit here =
                new Visit(state, input, event, execution.surroundings().kernel().now());
        visit = here;
        attempt(here);
    }

    private void attempt(Visit here) {
        here.attempt++;
        failing(here, () -> run(here, effectiveInput(here)));
    }

    /** Does {@code body}; an error in it is an error of the state. */
    private void failing(Visit here, Runnable body) {
        try {
            body.run();
        } catch (Path.NotFound e) {
            failed(here, e.inPath());
        } catch (StatesError e) {
            failed(here, e);
        }
    }

    private JsonNode effectiveInput(Visit here) {
        return select(here, here.state.filter().input(), here.input);
    }

    private JsonNode select(Visit here, @Nullable Path path, JsonNode document) {
        return path == null ? Json.NODES.objectNode() : path.evaluate(scope(here, document));
    }

    private Scope scope(Visit here, JsonNode input) {
        return scope(here, input, mapItem);
    }

    private Scope scope(Visit here, JsonNode input, @Nullable JsonNode item) {
        return new Scope(
                input,
                execution.context(here.state.name(), here.entered, here.retries, item),
                execution.surroundings().kernel().random());
    }

    private void run(Visit here, JsonNode input) {
        State state = here.state;
        if (state instanceof State.Pass pass) {
            JsonNode shaped = shape(here, pass.parameters(), input);
            JsonNode result = pass.result() == null ? shaped : pass.result();
            leave(here, place(here, pass.resultPath(), result), pass.next());
        } else if (state instanceof State.Task task) {
            runTask(here, task, shape(here, task.parameters(), input));
        } else if (state instanceof State.Choice choice) {
            leave(here, input, choose(here, choice, input));
        } else if (state instanceof State.Wait wait) {
            timer = later(here, timeToWait(here, wait.until(), input), () -> leave(here, input, wait.next()));
        } else if (state instanceof State.Succeed) {
            leave(here, input, null);
        } else if (state instanceof State.Fail fail) {
            throw new StatesError(text(here, fail.error(), "Error"), text(here, fail.cause(), "Cause"));
        } else if (state instanceof State.Iterate map) {
            iterate(here, map, input);
        } else if (state instanceof State.Parallel parallel) {
            branch(here, parallel, shape(here, parallel.parameters(), input));
        }
    }

    private JsonNode shape(Visit here, @Nullable Template template, JsonNode input) {
        if (template == null) {
            return input;
        }
        JsonNode shaped = template.evaluate(scope(here, input));
        if (Json.exceedsLimit(shaped)) {
            throw StatesError.tooLarge(here.state.name());
        }
        return shaped;
    }

    private static JsonNode place(Visit here, @Nullable ReferencePath path, JsonNode result) {
        return path == null ? here.input : path.put(here.input, result);
    }

    private String choose(Visit here, State.Choice choice, JsonNode input) {
        Scope scope = scope(here, input);
        for (State.Rule rule : choice.rules()) {
            if (rule.condition().holds(scope)) {
                return rule.next();
            }
        }
        if (choice.otherwise() == null) {
            throw new StatesError(
                    StatesError.NO_CHOICE_MATCHED,
                    "Failed to transition out of the state. The state does not point to a next state.");
        }
        return choice.otherwise();
    }

    private Duration timeToWait(Visit here, State.Until until, JsonNode input) {
        if (until instanceof State.Until.Seconds fixed) {
            return Duration.ofSeconds(fixed.seconds());
        }
        if (until instanceof State.Until.Timestamp fixed) {
            return untilTime(fixed.time());
        }
        if (until instanceof State.Until.SecondsPath found) {
            JsonNode seconds = waitValue(here, "SecondsPath", found.path(), input);
            String shown = found.path() + " == " + seconds.asText();
            if (!seconds.isIntegralNumber()) {
                throw StatesError.runtime("The SecondsPath parameter cannot be parsed as a long value: " + shown);
            }
            if (seconds.longValue() < 0) {
                throw StatesError.runtime("The SecondsPath parameter references a negative value: " + shown);
            }
            return Duration.ofSeconds(seconds.longValue());
        }
        Path path = ((State.Until.TimestampPath) until).path();
        JsonNode time = waitValue(here, "TimestampPath", path, input);
        return untilTime(Condition.Timestamps.parse(time.asText())
                .orElseThrow(() -> StatesError.runtime(
                        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: "
                                + path + " == " + time.asText())));
    }

    private JsonNode waitValue(Visit here, String field, Path path, JsonNode input) {
        try {
            return path.evaluate(scope(here, input));
        } catch (Path.NotFound e) {
            throw StatesError.runtime("The " + field + " parameter does not reference an input value: " + path);
        }
    }

    private Duration untilTime(Instant time) {
        Duration left = Duration.between(execution.surroundings().kernel().now(), time);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private String text(Visit here, @Nullable Expression expression, String field) {
        if (expression == null) {
            return "";
        }
        JsonNode value;
        try {
            value = expression.evaluate(scope(here, here.input));
        } catch (Path.NotFound e) {
            throw e.inField(field + "Path");
        }
        if (!value.isTextual()) {
            throw StatesError.runtime("The " + field + "Path must give a string, but gave " + Json.write(value));
        }
        return value.textValue();
    }

    // Tasks

    private void runTask(Visit here, State.Task task, JsonNode input) {
        Call call = task.resource() instanceof State.Resource.Function function
                ? new FunctionCall(this, function.arn())
                : new InvokeCall(
                        this, (ObjectNode) input, execution.machine().arn().split(":", -1)[3]);
        Integer timeout = timeoutOf(here, task);
        int attempt = here.attempt;
        call.scheduled(input, timeout);
        if (timeout != null) {
            Duration limit = execution.surroundings().kernel().workingTime(Duration.ofSeconds(timeout));
            timer = later(here, limit, () -> {
                call.timedOut();
                failed(here, new StatesError(StatesError.TIMEOUT, ""));
            });
        }
        byte[] payload = Json.write(call.payload(input)).getBytes(StandardCharsets.UTF_8);
        Invocation.Source source = new Invocation.Source(task.name(), execution.arn());
        try {
            execution
                    .surroundings()
                    .invoke(
                            execution.machine().roleArn(),
                            call.function(),
                            payload,
                            source,
                            result -> execution.act(() -> {
                                if (!over && visit == here && here.attempt == attempt) {
                                    stopTimer();
                                    follow(() -> failing(here, () -> answered(here, task, call, result)));
                                }
                            }));
        } catch (StatesError e) {
            stopTimer();
            call.failed(e);
            failed(here, e);
        }
    }

    private @Nullable Integer timeoutOf(Visit here, State.Task task) {
        Path path = task.timeoutSecondsPath();
        if (path == null) {
            return task.timeoutSeconds();
        }
        JsonNode seconds = path.evaluate(scope(here, effectiveInput(here)));
        if (!seconds.isInt() || seconds.intValue() <= 0) {
            throw StatesError.runtime("The TimeoutSecondsPath parameter must reference a positive integer: " + path
                    + " == " + seconds.asText());
        }
        return seconds.intValue();
    }

    private void answered(Visit here, State.Task task, Call call, InvocationResult result) {
        if (result.functionError() != null) {
            StatesError error = errorOf(result.text());
            call.failed(error);
            throw error;
        }
        JsonNode answer;
        try {
            answer = call.result(result.text().isEmpty() ? Json.NODES.nullNode() : Json.parse(result.text()));
        } catch (JsonProcessingException e) {
            StatesError error = StatesError.runtime("The function's output is not JSON: " + e.getOriginalMessage());
            call.failed(error);
            throw error;
        }
        if (Json.exceedsLimit(answer)) {
            StatesError error = StatesError.tooLarge(call.function());
            call.failed(error);
            throw error;
        }
        call.succeeded(answer);
        succeeded(here, task.outcome(), answer);
    }

    private static StatesError errorOf(String payload) {
        try {
            JsonNode error = Json.parse(payload);
            String type = error.path("errorType").asText("");
            if (!type.isEmpty()) {
                return new StatesError(type, Json.write(error));
            }
        } catch (JsonProcessingException e) {
            // a process that is gone may leave anything behind; the cause shows it as it is
        }
        return new StatesError(
                "Lambda.Unknown",
                "The cause could not be determined because Lambda did not return an error type. Returned payload: "
                        + payload);
    }

    // Map and Parallel

    private void iterate(Visit here, State.Iterate map, JsonNode input) {
        if (!(map.items().evaluate(scope(here, input)) instanceof ArrayNode items)) {
            throw StatesError.runtime("Reference path \"" + map.items() + "\" must point to array.");
        }
        record(
                HistoryEventType.MAP_STATE_STARTED,
                event -> event.mapStateStartedEventDetails(details -> details.length(items.size())));
        Template selector = map.selector();
        Group iterations = new Group(this, items.size(), map.maxConcurrency(), new Group.Kind() {
            @Override
            public Flow flow(int index, Owner iterationOwner, long since) {
                ObjectNode item = Json.NODES.objectNode().put("Index", index).set("Value", items.get(index));
                return new Flow(execution, map.processor(), iterationOwner, item, since);
            }

            @Override
            public JsonNode input(int index, Flow iteration) {
                if (selector == null) {
                    return items.get(index);
                }
                try {
                    return selector.evaluate(scope(here, input, iteration.mapItem));
                } catch (StatesError e) {
                    throw e.in(map.name(), here.enteredEvent);
                }
            }

            @Override
            public long recordInner(Flow iteration, Group.Event event, int index) {
                return iteration.recordIteration(event, map.name(), index);
            }

            @Override
            public void allEnded(ArrayNode outputs) {
                recordAside(HistoryEventType.MAP_STATE_SUCCEEDED, event -> {});
                follow(() -> failing(here, () -> succeeded(here, map.outcome(), outputs)));
            }

            @Override
            public void oneFailed(StatesError error) {
                follow(() -> failed(here, error));
            }
        });
        group = iterations;
        iterations.start();
    }

    private void branch(Visit here, State.Parallel parallel, JsonNode input) {
        record(HistoryEventType.PARALLEL_STATE_STARTED, event -> {});
        List<Definition> branches = parallel.branches();
        Group flows = new Group(this, branches.size(), 0, new Group.Kind() {
            @Override
            public Flow flow(int index, Owner branchOwner, long since) {
                return new Flow(execution, branches.get(index), branchOwner, mapItem, since);
            }

            @Override
            public JsonNode input(int index, Flow flow) {
                return input;
            }

            @Override
            public long recordInner(Flow flow, Group.Event event, int index) {
                return flow.previous; // the history knows branches only by their states
            }

            @Override
            public void allEnded(ArrayNode outputs) {
                recordAside(HistoryEventType.PARALLEL_STATE_SUCCEEDED, event -> {});
                follow(() -> failing(here, () -> succeeded(here, parallel.outcome(), outputs)));
            }

            @Override
            public void oneFailed(StatesError error) {
                follow(() -> failed(here, error));
            }
        });
        group = flows;
        flows.start();
    }

    private long recordIteration(Group.Event event, String map, int index) {
        Consumer<MapIterationEventDetails.Builder> details =
                builder -> builder.name(map).index(index);
        return switch (event) {
            case STARTED ->
                record(
                        HistoryEventType.MAP_ITERATION_STARTED,
                        builder -> builder.mapIterationStartedEventDetails(details));
            case SUCCEEDED ->
                recordAside(
                        HistoryEventType.MAP_ITERATION_SUCCEEDED,
                        builder -> builder.mapIterationSucceededEventDetails(details));
            case FAILED ->
                recordAside(
                        HistoryEventType.MAP_ITERATION_FAILED,
                        builder -> builder.mapIterationFailedEventDetails(details));
            case ABORTED ->
                recordAside(
                        HistoryEventType.MAP_ITERATION_ABORTED,
                        builder -> builder.mapIterationAbortedEventDetails(details));
        };
    }

    /** The events of an inner flow become those that ours follow. */
    void continueAfter(long event) {
        previous = Math.max(previous, event);
    }

    // What becomes of results and errors

    private void succeeded(Visit here, State.Outcome outcome, JsonNode result) {
        JsonNode shaped = shape(here, outcome.selector(), result);
        leave(here, place(here, outcome.resultPath(), shaped), outcome.next());
    }

    private void leave(Visit here, JsonNode output, @Nullable String next) {
        JsonNode selected = select(here, here.state.filter().output(), output);
        if (Json.exceedsLimit(selected)) {
            throw StatesError.tooLarge(here.state.name());
        }
        exit(here, selected, next);
    }

    private void exit(Visit here, JsonNode output, @Nullable String next) {
        record(
                EventTypes.exited(here.state),
                event -> event.stateExitedEventDetails(details -> details.name(here.state.name())
                        .output(Json.write(output))
                        .outputDetails(data -> data.truncated(false))));
        visit = null;
        group = null;
        if (next == null) {
            over = true;
            owner.ended(this, output);
        } else {
            follow(() -> enter(next, output));
        }
    }

    private void failed(Visit here, StatesError error) {
        StatesError located = error.in(here.state.name(), here.enteredEvent);
        here.attempt++; // whatever is still to come of this attempt comes too late
        stopTimer();
        if (group != null) {
            group.abandon();
            group = null;
        }
        if (here.state instanceof State.Worker worker) {
            if (retried(here, worker.outcome().retriers(), located)) {
                return;
            }
            EventTypes.failed(worker).ifPresent(type -> record(type, event -> {}));
            for (State.Catcher catcher : worker.outcome().catchers()) {
                if (catcher.errors().stream().anyMatch(located::matches)) {
                    caught(here, catcher, located);
                    return;
                }
            }
        }
        over = true;
        owner.failed(this, located);
    }

    /** The first retrier that knows the error decides; once it has no attempts left, no other is asked. */
    private boolean retried(Visit here, List<State.Retrier> retriers, StatesError error) {
        for (int i = 0; i < retriers.size(); i++) {
            State.Retrier retrier = retriers.get(i);
            if (retrier.errors().stream().anyMatch(error::matches)) {
                if (here.retriesOf[i] == retrier.maxAttempts()) {
                    return false;
                }
                long longest = retrier.delayMillis(here.retriesOf[i]);
                long delay = retrier.jitter()
                        ? execution.surroundings().kernel().random().nextLong(longest + 1)
                        : longest;
                here.retriesOf[i]++;
                here.retries++;
                timer = later(here, Duration.ofMillis(delay), () -> attempt(here));
                return true;
            }
        }
        return false;
    }

    private void caught(Visit here, State.Catcher catcher, StatesError error) {
        ObjectNode caught = Json.NODES.objectNode().put("Error", error.error()).put("Cause", error.cause());
        try {
            exit(here, place(here, catcher.resultPath(), caught), catcher.next());
        } catch (StatesError e) {
            over = true;
            owner.failed(this, e.in(here.state.name(), here.enteredEvent));
        }
    }

    private Kernel.Event later(Visit here, Duration delay, Runnable body) {
        int attempt = here.attempt;
        return execution.after(delay, () -> {
            if (!over && visit == here && here.attempt == attempt) {
                timer = null;
                follow(() -> failing(here, body));
            }
        });
    }

    private void stopTimer() {
        if (timer != null) {
            execution.surroundings().kernel().cancel(timer);
            timer = null;
        }
    }
}
