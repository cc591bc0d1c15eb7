package dev.amishare.infra;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A state machine's definition, its Maps unfolded: all states by name. Names are unique in the whole definition. */
final class Definition {
    private final Map<String, JsonNode> states = new LinkedHashMap<>();

    /** State → the Map state it is in. */
    private final Map<String, String> within = new LinkedHashMap<>();

    private final String start;

    private Definition(JsonNode root) {
        this.start = root.path("StartAt").asText();
        unfold(root, Optional.empty());
    }

    static Definition shareAmi() {
        return read("share-ami.asl.json");
    }

    static Definition sweepClaims() {
        return read("sweep-claims.asl.json");
    }

    private static Definition read(String name) {
        try {
            Path file = Synthesized.ROOT.resolve("statemachine").resolve(name);
            return new Definition(Synthesized.JSON.readTree(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void unfold(JsonNode machine, Optional<String> map) {
        machine.path("States").properties().forEach(state -> {
            if (states.put(state.getKey(), state.getValue()) != null) {
                throw new AssertionError("two states are called " + state.getKey());
            }
            map.ifPresent(name -> within.put(state.getKey(), name));
            if (state.getValue().path("Type").asText().equals("Map")) {
                unfold(state.getValue().path("ItemProcessor"), Optional.of(state.getKey()));
            }
        });
    }

    Map<String, JsonNode> states() {
        return states;
    }

    Map<String, JsonNode> tasks() {
        return states.entrySet().stream()
                .filter(state -> isA("Task", state.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
    }

    boolean isA(String type, String state) {
        return Objects.requireNonNull(states.get(state), state)
                .path("Type")
                .asText()
                .equals(type);
    }

    /** The function that a Task calls: what stands in its placeholder. */
    static String function(JsonNode task) {
        return task.path("Resource").asText().replaceAll("^\\$\\{(\\w+)}$", "$1");
    }

    /**
     * The ways through the machine when nothing fails: {@code from --> to} between the states to show, whatever states lie between
     * them. A Map leads to its first state, and its last states lead on to what follows it.
     */
    Set<String> ways(Predicate<String> shown) {
        Set<String> ways = new TreeSet<>();
        for (String from : states.keySet()) {
            if (shown.test(from)) {
                reach(from, shown).forEach(to -> ways.add(from + " --> " + to));
            }
        }
        return ways;
    }

    /** The states to show that can be reached before anything is done. */
    Set<String> first(Predicate<String> shown) {
        return shown.test(start) ? Set.of(start) : reach(start, shown);
    }

    private Set<String> reach(String from, Predicate<String> shown) {
        Set<String> found = new LinkedHashSet<>();
        Set<String> seen = new LinkedHashSet<>();
        next(from).forEach(to -> follow(to, shown, seen, found));
        return found;
    }

    private void follow(String state, Predicate<String> shown, Set<String> seen, Set<String> found) {
        if (shown.test(state)) {
            found.add(state);
        } else if (seen.add(state)) {
            next(state).forEach(to -> follow(to, shown, seen, found));
        }
    }

    private List<String> next(String name) {
        JsonNode state = Objects.requireNonNull(states.get(name), name);
        Set<String> next = new LinkedHashSet<>();
        if (isA("Map", name)) {
            next.add(state.path("ItemProcessor").path("StartAt").asText());
            return List.copyOf(next);
        }
        state.path("Choices").forEach(choice -> next.add(choice.path("Next").asText()));
        if (state.has("Default")) {
            next.add(state.path("Default").asText());
        }
        if (state.has("Next")) {
            next.add(state.path("Next").asText());
        }
        if (state.path("End").asBoolean() && within.containsKey(name)) {
            String map = within.get(name);
            JsonNode around = Objects.requireNonNull(states.get(map), map);
            next.add(around.path("Next").asText());
        }
        return List.copyOf(next);
    }

    /** Where a state's errors go, by error name. */
    static Map<String, String> catches(JsonNode state) {
        Map<String, String> catches = new LinkedHashMap<>();
        state.path("Catch").forEach(catcher -> Synthesized.texts(catcher.path("ErrorEquals"))
                .forEach(error -> catches.put(error, catcher.path("Next").asText())));
        return catches;
    }

    /**
     * The names of errors, beside the functions' own, that an execution can end with: those that are retried for some time only, those of
     * its Fail states, and those that no Catch of {@code States.ALL} catches.
     */
    Set<String> errors() {
        Set<String> errors = new TreeSet<>(Set.of("States.DataLimitExceeded", "States.Runtime", "States.Timeout"));
        states.values().forEach(state -> {
            state.path("Retry").forEach(retrier -> errors.addAll(Synthesized.texts(retrier.path("ErrorEquals"))));
            if (state.path("Type").asText().equals("Fail") && state.has("Error")) {
                errors.add(state.path("Error").asText());
            }
        });
        errors.removeIf(error -> error.startsWith("dev.amishare.error."));
        return errors;
    }

    boolean isWithin(String map, String state) {
        return map.equals(within.get(state));
    }
}
