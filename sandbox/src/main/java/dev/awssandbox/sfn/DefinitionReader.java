package dev.awssandbox.sfn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a definition whole before any of it runs. Every field is taken by name, and whatever was not taken is refused by name: the
 * interpreter ignores nothing. All faults are found at once.
 */
final class DefinitionReader {
    private static final int LONGEST_WAIT = 99_999_999;
    private static final int LONGEST_DELAY = 31_622_400;
    private static final int LONGEST_NAME = 80;
    private static final String LAMBDA_INVOKE = "arn:aws:states:::lambda:invoke";
    private static final Pattern FUNCTION_ARN =
            Pattern.compile("arn:aws:lambda:[a-z0-9-]+:\\d{12}:function:[\\w-]+(:[\\w$-]+)?");
    private static final Set<String> INVOKE_PARAMETERS =
            Set.of("FunctionName", "FunctionName.$", "Payload", "Payload.$", "Qualifier", "Qualifier.$");

    private static final Map<String, Condition.Type> TYPE_TESTS = Map.of(
            "IsNull", Condition.Type.NULL,
            "IsString", Condition.Type.STRING,
            "IsNumeric", Condition.Type.NUMERIC,
            "IsBoolean", Condition.Type.BOOLEAN,
            "IsTimestamp", Condition.Type.TIMESTAMP);

    private final List<String> faults = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private DefinitionReader() {}

    static Definition read(String text) throws InvalidDefinition {
        JsonNode root;
        try {
            root = Json.parse(text);
        } catch (JsonProcessingException e) {
            throw new InvalidDefinition(List.of("INVALID_JSON_DESCRIPTION: " + e.getOriginalMessage()));
        }
        DefinitionReader reader = new DefinitionReader();
        Definition definition = reader.machine(root);
        if (!reader.faults.isEmpty()) {
            throw new InvalidDefinition(reader.faults);
        }
        return definition;
    }

    private Definition machine(JsonNode root) {
        Fields fields = new Fields(root, "");
        fields.oneOf("Version", "1.0");
        Integer timeout = fields.integer("TimeoutSeconds", 1, LONGEST_WAIT).orElse(null);
        return program(fields, timeout);
    }

    private Definition program(Fields fields, @Nullable Integer timeoutSeconds) {
        fields.comment();
        fields.oneOf("QueryLanguage", "JSONPath");
        String startAt = fields.requiredText("StartAt");
        Map<String, State> states = new LinkedHashMap<>();
        Transitions transitions = new Transitions();
        fields.object("States")
                .ifPresentOrElse(
                        object -> object.forEachField((name, node) -> {
                            if (name.isEmpty() || name.length() > LONGEST_NAME) {
                                fault(
                                        "SCHEMA_VALIDATION_FAILED",
                                        "The name of a state has 1 to 80 characters",
                                        fields.place + "/States/" + name);
                            }
                            if (!names.add(name)) {
                                fault(
                                        "DUPLICATE_STATE_NAME",
                                        "Duplicate state name: " + name,
                                        fields.place + "/States/" + name);
                            }
                            states.put(
                                    name, state(name, new Fields(node, fields.place + "/States/" + name), transitions));
                        }),
                        () -> missing("States", fields.place));
        fields.end();
        transitions.check(startAt, states.keySet(), fields.place);
        return new Definition(startAt, states, timeoutSeconds);
    }

    private State state(String name, Fields fields, Transitions transitions) {
        fields.comment();
        fields.oneOf("QueryLanguage", "JSONPath");
        String type = fields.requiredText("Type");
        State state =
                switch (type) {
                    case "Pass" -> pass(name, fields, transitions);
                    case "Task" -> task(name, fields, transitions);
                    case "Choice" -> choice(name, fields, transitions);
                    case "Wait" -> waiting(name, fields, transitions);
                    case "Succeed" -> succeed(name, fields, transitions);
                    case "Fail" -> fail(name, fields, transitions);
                    case "Map" -> map(name, fields, transitions);
                    case "Parallel" -> parallel(name, fields, transitions);
                    default -> {
                        fault(
                                "SCHEMA_VALIDATION_FAILED",
                                "The state type '" + type + "' is not supported",
                                fields.place + "/Type");
                        fields.takeAll();
                        transitions.unknown(name);
                        yield new State.Succeed(name, new State.Filter(Path.ROOT, Path.ROOT));
                    }
                };
        fields.end();
        return state;
    }

    private State pass(String name, Fields fields, Transitions transitions) {
        return new State.Pass(
                name,
                filter(fields),
                template("Parameters", fields),
                fields.take("Result"),
                resultPath(fields),
                transitions.next(name, fields));
    }

    private State task(String name, Fields fields, Transitions transitions) {
        State.Resource resource = resource(fields);
        if (resource instanceof State.Resource.Invoke) {
            invokeParameters(fields);
        }
        Integer timeout = fields.integer("TimeoutSeconds", 1, LONGEST_WAIT).orElse(null);
        Path timeoutPath = fields.path("TimeoutSecondsPath").orElse(null);
        if (timeout != null && timeoutPath != null) {
            fault(
                    "SCHEMA_VALIDATION_FAILED",
                    "Only one of TimeoutSeconds and TimeoutSecondsPath is allowed",
                    fields.place);
        }
        return new State.Task(
                name,
                filter(fields),
                resource,
                template("Parameters", fields),
                timeout,
                timeoutPath,
                outcome(name, fields, transitions));
    }

    private State.Resource resource(Fields fields) {
        String resource = fields.requiredText("Resource");
        if (FUNCTION_ARN.matcher(resource).matches()) {
            return new State.Resource.Function(resource);
        }
        if (!resource.equals(LAMBDA_INVOKE)) {
            fault(
                    "SCHEMA_VALIDATION_FAILED",
                    "The resource '" + resource + "' is not supported",
                    fields.place + "/Resource");
        }
        return new State.Resource.Invoke();
    }

    private void invokeParameters(Fields fields) {
        JsonNode parameters = fields.peek("Parameters");
        if (!(parameters instanceof ObjectNode object)
                || (!object.has("FunctionName") && !object.has("FunctionName.$"))) {
            fault(
                    "SCHEMA_VALIDATION_FAILED",
                    "The field 'FunctionName' is required but was missing",
                    fields.place + "/Parameters");
            return;
        }
        for (String name : names(object)) {
            if (!INVOKE_PARAMETERS.contains(name)) {
                fault(
                        "SCHEMA_VALIDATION_FAILED",
                        "The field '" + name + "' is not supported by Step Functions",
                        fields.place + "/Parameters");
            }
        }
    }

    private State choice(String name, Fields fields, Transitions transitions) {
        List<State.Rule> rules = new ArrayList<>();
        for (Fields rule : fields.objects("Choices", true)) {
            rule.comment();
            String next = rule.requiredText("Next");
            transitions.add(name, next, rule.place + "/Next");
            rules.add(new State.Rule(condition(rule), next));
            rule.end();
        }
        Optional<String> otherwise = fields.text("Default");
        otherwise.ifPresent(next -> transitions.add(name, next, fields.place + "/Default"));
        return new State.Choice(name, filter(fields), rules, otherwise.orElse(null));
    }

    private Condition condition(Fields fields) {
        Condition never = scope -> false;
        if (fields.has("And")) {
            return new Condition.And(conditions(fields, "And"));
        }
        if (fields.has("Or")) {
            return new Condition.Or(conditions(fields, "Or"));
        }
        if (fields.has("Not")) {
            Optional<Fields> inner = fields.object("Not");
            return inner.map(rule -> new Condition.Not(nested(rule))).orElse(new Condition.Not(never));
        }
        Path variable = fields.path("Variable").orElse(null);
        if (variable == null) {
            missing("Variable", fields.place);
            fields.takeAll();
            return never;
        }
        List<Condition> found = new ArrayList<>();
        for (String field : fields.untaken()) {
            Condition comparison = comparison(variable, field, fields);
            if (comparison != null) {
                found.add(comparison);
            }
        }
        if (found.size() != 1) {
            fault("SCHEMA_VALIDATION_FAILED", "Exactly one comparison operator is expected", fields.place);
            return never;
        }
        return found.get(0);
    }

    private List<Condition> conditions(Fields fields, String name) {
        List<Condition> conditions = new ArrayList<>();
        fields.objects(name, true).forEach(rule -> conditions.add(nested(rule)));
        return conditions;
    }

    private Condition nested(Fields rule) {
        rule.comment();
        Condition condition = condition(rule);
        rule.end();
        return condition;
    }

    private @Nullable Condition comparison(Path variable, String field, Fields fields) {
        if (field.equals("IsPresent")) {
            return new Condition.IsPresent(variable, fields.bool(field));
        }
        Condition.Type type = TYPE_TESTS.get(field);
        if (type != null) {
            return new Condition.Is(variable, type, fields.bool(field));
        }
        Optional<Condition.Operator> constant = Condition.Operator.named(field);
        if (constant.isPresent()) {
            JsonNode value = fields.peek(field);
            fields.take(field);
            if (value == null || !constant.get().type().fits(value)) {
                fault(
                        "SCHEMA_VALIDATION_FAILED",
                        "The value of '" + field + "' is of another type",
                        fields.place + "/" + field);
                return null;
            }
            return new Condition.Comparison(variable, constant.get(), scope -> value);
        }
        boolean toPath = field.endsWith("Path") && !field.equals("StringMatchesPath");
        Optional<Condition.Operator> operator = toPath
                ? Condition.Operator.named(field.substring(0, field.length() - "Path".length()))
                : Optional.empty();
        if (operator.isPresent()) {
            Path path = fields.path(field).orElse(Path.ROOT);
            return new Condition.Comparison(variable, operator.get(), path);
        }
        return null;
    }

    private State waiting(String name, Fields fields, Transitions transitions) {
        List<State.Until> found = new ArrayList<>();
        fields.integer("Seconds", 0, LONGEST_WAIT).ifPresent(seconds -> found.add(new State.Until.Seconds(seconds)));
        fields.path("SecondsPath").ifPresent(path -> found.add(new State.Until.SecondsPath(path)));
        fields.text("Timestamp").ifPresent(text -> {
            Optional<Instant> time = Condition.Timestamps.parse(text);
            time.ifPresentOrElse(
                    at -> found.add(new State.Until.Timestamp(at)),
                    () -> fault(
                            "SCHEMA_VALIDATION_FAILED",
                            "'" + text + "' is not a timestamp",
                            fields.place + "/Timestamp"));
        });
        fields.path("TimestampPath").ifPresent(path -> found.add(new State.Until.TimestampPath(path)));
        if (found.size() != 1) {
            fault(
                    "SCHEMA_VALIDATION_FAILED",
                    "Exactly one of Seconds, SecondsPath, Timestamp and TimestampPath is expected",
                    fields.place);
            found.add(0, new State.Until.Seconds(0));
        }
        return new State.Wait(name, filter(fields), found.get(0), transitions.next(name, fields));
    }

    private State succeed(String name, Fields fields, Transitions transitions) {
        transitions.ends(name);
        return new State.Succeed(name, filter(fields));
    }

    private State fail(String name, Fields fields, Transitions transitions) {
        transitions.ends(name);
        return new State.Fail(
                name,
                new State.Filter(Path.ROOT, Path.ROOT),
                textOrPath("Error", "ErrorPath", fields),
                textOrPath("Cause", "CausePath", fields));
    }

    private @Nullable Expression textOrPath(String textField, String pathField, Fields fields) {
        Optional<String> text = fields.text(textField);
        Optional<Expression> path = fields.text(pathField).flatMap(value -> {
            Optional<Expression> expression = fields.read(pathField, value, Expression::parse);
            if (expression.orElse(null) instanceof Intrinsic call && !call.givesText()) {
                fault(
                        "SCHEMA_VALIDATION_FAILED",
                        "'" + value + "' does not give a string",
                        fields.place + "/" + pathField);
            }
            return expression;
        });
        if (text.isPresent() && path.isPresent()) {
            fault(
                    "SCHEMA_VALIDATION_FAILED",
                    "Only one of " + textField + " and " + pathField + " is allowed",
                    fields.place);
        }
        return text.map(Expression::literal).or(() -> path).orElse(null);
    }

    private State map(String name, Fields fields, Transitions transitions) {
        Definition nothing = new Definition("", Map.of(), null);
        Definition processor = fields.object("ItemProcessor")
                .map(inner -> {
                    inner.object("ProcessorConfig").ifPresent(config -> {
                        config.oneOf("Mode", "INLINE");
                        config.end();
                    });
                    return program(inner, null);
                })
                .orElseGet(() -> {
                    missing("ItemProcessor", fields.place);
                    return nothing;
                });
        return new State.Iterate(
                name,
                filter(fields),
                fields.path("ItemsPath").orElse(Path.ROOT),
                template("ItemSelector", fields),
                fields.integer("MaxConcurrency", 0, LONGEST_WAIT).orElse(0),
                processor,
                outcome(name, fields, transitions));
    }

    private State parallel(String name, Fields fields, Transitions transitions) {
        List<Definition> branches = new ArrayList<>();
        fields.objects("Branches", true).forEach(branch -> branches.add(program(branch, null)));
        return new State.Parallel(
                name, filter(fields), template("Parameters", fields), branches, outcome(name, fields, transitions));
    }

    private State.Filter filter(Fields fields) {
        return new State.Filter(
                nullablePath("InputPath", fields, Path::parse, Path.ROOT),
                nullablePath("OutputPath", fields, Path::parse, Path.ROOT));
    }

    private @Nullable ReferencePath resultPath(Fields fields) {
        return nullablePath("ResultPath", fields, ReferencePath::parse, ReferencePath.ROOT);
    }

    private <T> @Nullable T nullablePath(String field, Fields fields, Function<String, T> parse, T root) {
        JsonNode node = fields.peek(field);
        if (node != null && node.isNull()) {
            fields.take(field);
            return null;
        }
        return fields.text(field)
                .flatMap(text -> fields.read(field, text, parse))
                .orElse(root);
    }

    private @Nullable Template template(String field, Fields fields) {
        JsonNode node = fields.take(field);
        if (node == null) {
            return null;
        }
        List<String> found = new ArrayList<>();
        Template template = Template.parse(node, fields.place + "/" + field, found);
        found.forEach(fault -> faults.add("SCHEMA_VALIDATION_FAILED: " + fault));
        return template;
    }

    private State.Outcome outcome(String name, Fields fields, Transitions transitions) {
        List<State.Retrier> retriers = new ArrayList<>();
        List<Fields> retry = fields.objects("Retry", false);
        for (Fields retrier : retry) {
            retriers.add(retrier(retrier, retriers.size() + 1 == retry.size()));
        }
        List<State.Catcher> catchers = new ArrayList<>();
        List<Fields> catching = fields.objects("Catch", false);
        for (Fields catcher : catching) {
            catchers.add(catcher(name, catcher, catchers.size() + 1 == catching.size(), transitions));
        }
        return new State.Outcome(
                template("ResultSelector", fields),
                resultPath(fields),
                retriers,
                catchers,
                transitions.next(name, fields));
    }

    private State.Retrier retrier(Fields fields, boolean last) {
        fields.comment();
        State.Retrier retrier = new State.Retrier(
                errorEquals(fields, last),
                fields.integer("IntervalSeconds", 1, LONGEST_WAIT).orElse(1),
                fields.integer("MaxAttempts", 0, LONGEST_WAIT).orElse(3),
                fields.number("BackoffRate", 1).orElse(2.0),
                fields.integer("MaxDelaySeconds", 1, LONGEST_DELAY).orElse(LONGEST_DELAY),
                fields.oneOf("JitterStrategy", "NONE", "FULL").orElse("NONE").equals("FULL"));
        fields.end();
        return retrier;
    }

    private State.Catcher catcher(String name, Fields fields, boolean last, Transitions transitions) {
        fields.comment();
        String next = fields.requiredText("Next");
        transitions.add(name, next, fields.place + "/Next");
        State.Catcher catcher = new State.Catcher(errorEquals(fields, last), resultPath(fields), next);
        fields.end();
        return catcher;
    }

    private List<String> errorEquals(Fields fields, boolean last) {
        List<String> errors = new ArrayList<>();
        if (fields.take("ErrorEquals") instanceof ArrayNode array && !array.isEmpty()) {
            array.forEach(error -> errors.add(error.asText()));
        } else {
            fault("SCHEMA_VALIDATION_FAILED", "The field 'ErrorEquals' must be a list of error names", fields.place);
        }
        if (errors.contains(StatesError.ALL) && (errors.size() > 1 || !last)) {
            fault(
                    "SCHEMA_VALIDATION_FAILED",
                    "States.ALL must stand alone, and in the last place",
                    fields.place + "/ErrorEquals");
        }
        return errors;
    }

    private void missing(String field, String place) {
        fault("SCHEMA_VALIDATION_FAILED", "The field '" + field + "' is required but was missing", place);
    }

    private void fault(String kind, String message, String place) {
        faults.add(kind + ": " + message + " at " + (place.isEmpty() ? "/" : place));
    }

    private static List<String> names(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Where each state leads. */
    private final class Transitions {
        private final Map<String, Set<String>> targets = new LinkedHashMap<>();
        private final Map<String, String> places = new LinkedHashMap<>();
        private boolean ends;

        private void add(String from, String to, String place) {
            targets.computeIfAbsent(from, name -> new HashSet<>()).add(to);
            places.putIfAbsent(to, place);
        }

        private void ends(String from) {
            targets.computeIfAbsent(from, name -> new HashSet<>());
            ends = true;
        }

        /** A state of a type that is refused anyway. */
        private void unknown(String from) {
            ends(from);
        }

        /** Reads Next and End, of which a state has one. */
        private @Nullable String next(String from, Fields fields) {
            Optional<String> next = fields.text("Next");
            boolean end = fields.has("End") && fields.bool("End");
            next.ifPresent(to -> add(from, to, fields.place + "/Next"));
            if (end) {
                ends(from);
            }
            if (next.isPresent() == end) {
                fault("SCHEMA_VALIDATION_FAILED", "Exactly one of Next and End (true) is expected", fields.place);
            }
            return next.orElse(null);
        }

        private void check(String startAt, Set<String> states, String place) {
            if (!states.contains(startAt)) {
                fault("MISSING_TRANSITION_TARGET", "Missing 'Next' target: " + startAt, place + "/StartAt");
                return;
            }
            places.forEach((to, where) -> {
                if (!states.contains(to)) {
                    fault("MISSING_TRANSITION_TARGET", "Missing 'Next' target: " + to, where);
                }
            });
            Set<String> reached = new HashSet<>(Set.of(startAt));
            Deque<String> open = new ArrayDeque<>(reached);
            while (!open.isEmpty()) {
                for (String to : targets.getOrDefault(open.remove(), Set.of())) {
                    if (reached.add(to)) {
                        open.add(to);
                    }
                }
            }
            for (String state : states) {
                if (!reached.contains(state)) {
                    fault("UNREACHABLE_STATE", "The state is not reachable: " + state, place + "/States/" + state);
                }
            }
            if (!ends) {
                fault("NO_TERMINAL_STATE", "No state ends the machine", place + "/States");
            }
        }
    }

    /** The fields of one object; what is never taken is a fault. */
    private final class Fields {
        private final Map<String, JsonNode> left = new LinkedHashMap<>();
        private final String place;

        private Fields(JsonNode node, String place) {
            this.place = place;
            if (node instanceof ObjectNode object) {
                object.properties().forEach(field -> left.put(field.getKey(), field.getValue()));
            } else {
                fault("SCHEMA_VALIDATION_FAILED", "An object is expected", place);
            }
        }

        private boolean has(String name) {
            return left.containsKey(name);
        }

        private List<String> untaken() {
            return List.copyOf(left.keySet());
        }

        private @Nullable JsonNode peek(String name) {
            return left.get(name);
        }

        private @Nullable JsonNode take(String name) {
            return left.remove(name);
        }

        private void takeAll() {
            left.clear();
        }

        private void forEachField(BiConsumer<String, JsonNode> body) {
            Map<String, JsonNode> all = new LinkedHashMap<>(left);
            left.clear();
            all.forEach(body);
        }

        private void comment() {
            text("Comment");
        }

        private String requiredText(String name) {
            if (!has(name)) {
                missing(name, place);
            }
            return text(name).orElse("");
        }

        private Optional<String> text(String name) {
            JsonNode node = take(name);
            if (node != null && !node.isTextual()) {
                fault("SCHEMA_VALIDATION_FAILED", "The value of '" + name + "' must be a string", place + "/" + name);
                return Optional.empty();
            }
            return Optional.ofNullable(node).map(JsonNode::textValue);
        }

        private Optional<String> oneOf(String name, String... allowed) {
            Optional<String> text = text(name);
            if (text.isPresent() && !List.of(allowed).contains(text.get())) {
                fault(
                        "SCHEMA_VALIDATION_FAILED",
                        "The " + name + " '" + text.get() + "' is not supported",
                        place + "/" + name);
            }
            return text;
        }

        private boolean bool(String name) {
            JsonNode node = take(name);
            if (node == null || !node.isBoolean()) {
                fault(
                        "SCHEMA_VALIDATION_FAILED",
                        "The value of '" + name + "' must be true or false",
                        place + "/" + name);
                return false;
            }
            return node.booleanValue();
        }

        private Optional<Integer> integer(String name, int least, int most) {
            JsonNode node = take(name);
            if (node == null) {
                return Optional.empty();
            }
            if (!node.isInt() || node.intValue() < least || node.intValue() > most) {
                fault(
                        "SCHEMA_VALIDATION_FAILED",
                        "The value of '" + name + "' must be an integer from " + least + " to " + most,
                        place + "/" + name);
                return Optional.empty();
            }
            return Optional.of(node.intValue());
        }

        private Optional<Double> number(String name, double least) {
            JsonNode node = take(name);
            if (node == null) {
                return Optional.empty();
            }
            if (!node.isNumber() || node.doubleValue() < least) {
                fault(
                        "SCHEMA_VALIDATION_FAILED",
                        "The value of '" + name + "' must be a number of at least " + least,
                        place + "/" + name);
                return Optional.empty();
            }
            return Optional.of(node.doubleValue());
        }

        private Optional<Path> path(String name) {
            return text(name).flatMap(text -> read(name, text, Path::parse));
        }

        private <T> Optional<T> read(String name, String text, Function<String, T> parse) {
            try {
                return Optional.of(parse.apply(text));
            } catch (IllegalArgumentException e) {
                fault(
                        "SCHEMA_VALIDATION_FAILED",
                        "The value for the field '" + name + "': " + e.getMessage(),
                        place + "/" + name);
                return Optional.empty();
            }
        }

        private Optional<Fields> object(String name) {
            JsonNode node = take(name);
            return Optional.ofNullable(node).map(value -> new Fields(value, place + "/" + name));
        }

        private List<Fields> objects(String name, boolean required) {
            JsonNode node = take(name);
            List<Fields> objects = new ArrayList<>();
            if (node instanceof ArrayNode array) {
                array.forEach(
                        element -> objects.add(new Fields(element, place + "/" + name + "[" + objects.size() + "]")));
            } else if (node != null) {
                fault("SCHEMA_VALIDATION_FAILED", "The value of '" + name + "' must be a list", place + "/" + name);
            }
            if (required && objects.isEmpty()) {
                fault("SCHEMA_VALIDATION_FAILED", "The field '" + name + "' must have at least one element", place);
            }
            return objects;
        }

        private void end() {
            left.keySet()
                    .forEach(name ->
                            fault("SCHEMA_VALIDATION_FAILED", "The field '" + name + "' is not supported", place));
        }
    }
}
