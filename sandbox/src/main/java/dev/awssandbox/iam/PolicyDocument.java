package dev.awssandbox.iam;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Regions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A policy: who may or may not do what with what, under which conditions. What the language does not know (an element, an operator, a
 * type of principal) is refused here, so that no policy is ever understood by half.
 */
public final class PolicyDocument {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private static final Set<String> ELEMENTS = Set.of("Version", "Id", "Statement");
    private static final Set<String> VERSIONS = Set.of("2012-10-17", "2008-10-17");
    private static final Set<String> STATEMENT_ELEMENTS = Set.of(
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition");
    private static final Set<String> TRUST_ACTIONS =
            Set.of("sts:assumerole", "sts:tagsession", "sts:setsourceidentity");

    private final Kind kind;
    private final ObjectNode json;
    private final List<Statement> statements;

    /** What a policy is attached to: the rules differ. */
    public enum Kind {
        /** To a role, or given to a session: no principals, Sids of letters and digits. */
        IDENTITY,
        /** A role's trust: no resources, and only actions of STS. */
        TRUST,
        /**
         * To a KMS key: Sids as one likes, even twice; old ones may have statements without actions or resources, which say nothing. KMS
         * itself refuses those in new ones.
         */
        KEY
    }

    private PolicyDocument(Kind kind, ObjectNode json) {
        this.kind = kind;
        this.json = json;
        this.statements = statementsOf(json);
    }

    /**
     * Reads a policy.
     *
     * @throws MalformedPolicy if AWS would refuse it
     */
    public static PolicyDocument parse(Kind kind, String text) {
        return of(kind, tree(text));
    }

    /**
     * Understands a policy that is a tree already.
     *
     * @throws MalformedPolicy if AWS would refuse it
     */
    public static PolicyDocument of(Kind kind, ObjectNode json) {
        return new PolicyDocument(kind, json);
    }

    /** The document as a tree, its values as they were written: a boolean stays a boolean. */
    static ObjectNode tree(String text) {
        try {
            if (JSON.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new MalformedPolicy("Syntax errors in policy.", e);
        }
        throw new MalformedPolicy("Syntax errors in policy.");
    }

    /** The document as it was given. */
    public ObjectNode json() {
        return json.deepCopy();
    }

    /** The document as KMS prints it. */
    public static String print(ObjectNode json) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that cannot be written", e);
        }
    }

    List<Statement> statements() {
        return statements;
    }

    /** Whether a statement has a condition of this qualifier on a key that starts so. */
    public boolean hasForAllValuesOn(String keyPrefix) {
        return statements.stream()
                .flatMap(statement -> statement.conditions().stream())
                .anyMatch(condition -> condition.qualifier() == Condition.Qualifier.FOR_ALL_VALUES
                        && condition.key().toLowerCase(Locale.ROOT).startsWith(keyPrefix.toLowerCase(Locale.ROOT)));
    }

    public boolean hasStatementWithoutActions() {
        return statements.stream().anyMatch(statement -> statement.actions().isEmpty());
    }

    public boolean hasStatementWithoutResources() {
        return statements.stream().anyMatch(statement -> statement.resources().isEmpty());
    }

    /** One policy with the statements of both, as where a resource has two. */
    public PolicyDocument and(PolicyDocument other) {
        ObjectNode both = JSON.createObjectNode();
        both.put("Version", "2012-10-17");
        ArrayNode all = both.putArray("Statement");
        for (JsonNode written : List.of(json.path("Statement"), other.json.path("Statement"))) {
            (written.isArray() ? written : List.of(written)).forEach(all::add);
        }
        return new PolicyDocument(kind, both);
    }

    private List<Statement> statementsOf(ObjectNode document) {
        requireKnown(document, ELEMENTS);
        JsonNode version = document.get("Version");
        if (version != null && !VERSIONS.contains(version.asText())) {
            throw new MalformedPolicy("The policy must contain a valid version string");
        }
        if (kind == Kind.IDENTITY && (version == null || !version.asText().equals("2012-10-17"))) {
            throw new MalformedPolicy("Policy document must be version 2012-10-17 or greater.");
        }
        JsonNode written = document.get("Statement");
        if (written == null) {
            throw new MalformedPolicy("Syntax errors in policy.");
        }
        List<Statement> read = new ArrayList<>();
        Set<String> sids = new HashSet<>();
        for (JsonNode node : written.isArray() ? written : List.of(written)) {
            Statement statement = statementOf(object(node), read.size());
            String sid = statement.sid();
            if (sid != null && !sid.isEmpty() && !sids.add(sid) && kind != Kind.KEY) {
                throw new MalformedPolicy("Statement IDs (SID) in a single policy must be unique.");
            }
            read.add(statement);
        }
        if (read.isEmpty()) {
            throw new MalformedPolicy("Syntax errors in policy.");
        }
        return List.copyOf(read);
    }

    private Statement statementOf(ObjectNode node, int index) {
        requireKnown(node, STATEMENT_ELEMENTS);
        JsonNode sid = node.get("Sid");
        if (sid != null
                && (!sid.isTextual() || (kind != Kind.KEY && !sid.textValue().matches("[A-Za-z0-9]*")))) {
            throw new MalformedPolicy("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the"
                    + " regular expression [0-9A-Za-z]*");
        }
        JsonNode effect = node.get("Effect");
        if (effect == null || !Set.of("Allow", "Deny").contains(effect.asText())) {
            throw new MalformedPolicy("Missing required field Effect, or it is neither Allow nor Deny.");
        }
        boolean butActions = isNegated(node, "Action");
        boolean butResources = isNegated(node, "Resource");
        boolean sparing = isNegated(node, "Principal");
        List<String> actions = texts(node.get(butActions ? "NotAction" : "Action"));
        List<String> resources = texts(node.get(butResources ? "NotResource" : "Resource"));
        requireActions(actions);
        if (kind == Kind.TRUST) {
            requireAbsent(node, "Resource", "NotResource");
            resources = List.of("*");
        } else if (kind == Kind.IDENTITY) {
            requireAbsent(node, "Principal", "NotPrincipal");
            requireResources(resources);
        }
        return new Statement(
                index,
                sid == null ? null : sid.textValue(),
                effect.asText().equals("Allow"),
                kind == Kind.IDENTITY ? null : principalsOf(node.get(sparing ? "NotPrincipal" : "Principal")),
                sparing,
                actions,
                butActions,
                resources,
                butResources,
                conditionsOf(node.get("Condition")));
    }

    private static void requireKnown(ObjectNode node, Collection<String> known) {
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw new MalformedPolicy("Syntax errors in policy: unknown element " + name + ".");
            }
        }
    }

    private static boolean isNegated(ObjectNode node, String element) {
        if (node.has(element) && node.has("Not" + element)) {
            throw new MalformedPolicy("A statement has either " + element + " or Not" + element + ", not both.");
        }
        return node.has("Not" + element);
    }

    private static void requireAbsent(ObjectNode node, String... elements) {
        for (String element : elements) {
            if (node.has(element)) {
                throw new MalformedPolicy("Has prohibited field " + element);
            }
        }
    }

    private void requireActions(List<String> actions) {
        if (actions.isEmpty() && kind != Kind.KEY) {
            throw new MalformedPolicy("Policy statement must contain actions.");
        }
        for (String action : actions) {
            if (!action.equals("*") && !action.matches("[A-Za-z0-9-]+:[A-Za-z0-9*?]+")) {
                throw new MalformedPolicy(
                        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc., not " + action);
            }
            if (kind == Kind.TRUST && !TRUST_ACTIONS.contains(action.toLowerCase(Locale.ROOT))) {
                throw new MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.");
            }
        }
    }

    private static void requireResources(List<String> resources) {
        if (resources.isEmpty()) {
            throw new MalformedPolicy("Policy statement must contain resources.");
        }
        for (String resource : resources) {
            if (!resource.equals("*") && !resource.matches("arn:[^:]*:[^:]*:[^:]*:[^:]*:.+")) {
                throw new MalformedPolicy("Resource " + resource + " must be in ARN format or \"*\".");
            }
            requirePartition(resource);
        }
    }

    /** Partitions are islands (aws-facts 0). A wildcard that covers ours is no error: AWS's own managed policies have {@code arn:*:}. */
    private static void requirePartition(String resource) {
        if (resource.equals("*")) {
            return;
        }
        String partition = resource.split(":", 3)[1];
        if (!Wildcard.matches(partition, Regions.PARTITION)) {
            throw new MalformedPolicy(
                    "Partition \"" + partition + "\" is not valid for resource \"" + resource + "\".");
        }
    }

    private static Principals principalsOf(@Nullable JsonNode node) {
        if (node == null) {
            throw new MalformedPolicy("Missing required field Principal");
        }
        if (node.isTextual()) {
            if (!node.textValue().equals("*")) {
                throw new MalformedPolicy("Invalid principal in policy: \"" + node.textValue() + "\"");
            }
            return new Principals(true, Set.of(), Set.of());
        }
        ObjectNode types = object(node);
        requireKnown(types, Set.of("AWS", "Service"));
        Set<String> aws = new HashSet<>(texts(types.get("AWS")));
        List<String> services = texts(types.get("Service"));
        if (aws.isEmpty() && services.isEmpty()) {
            throw new MalformedPolicy("Missing required field Principal");
        }
        for (String service : services) {
            if (!service.matches("[a-z0-9-]+(\\.[a-z0-9-]+)*\\.amazonaws\\.com")) {
                throw new MalformedPolicy("Invalid principal in policy: \"SERVICE\":\"" + service + "\"");
            }
        }
        boolean anyone = aws.remove("*");
        return new Principals(anyone, aws, Set.copyOf(services));
    }

    private static List<Condition> conditionsOf(@Nullable JsonNode node) {
        List<Condition> conditions = new ArrayList<>();
        if (node == null) {
            return conditions;
        }
        for (Map.Entry<String, JsonNode> operator : object(node).properties()) {
            for (Map.Entry<String, JsonNode> key : object(operator.getValue()).properties()) {
                List<String> values = scalars(key.getValue());
                if (values.isEmpty()) {
                    throw new MalformedPolicy("Syntax errors in policy: no value for " + key.getKey() + ".");
                }
                conditions.add(Condition.of(operator.getKey(), key.getKey(), values));
            }
        }
        return conditions;
    }

    private static ObjectNode object(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new MalformedPolicy("Syntax errors in policy.");
    }

    private static List<String> texts(@Nullable JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node == null) {
            return texts;
        }
        for (JsonNode item : node.isArray() ? node : List.of(node)) {
            if (!item.isTextual() || item.textValue().isEmpty()) {
                throw new MalformedPolicy("Syntax errors in policy.");
            }
            texts.add(item.textValue());
        }
        return texts;
    }

    /** Condition values may be written as booleans and numbers, and count as their text. */
    private static List<String> scalars(JsonNode node) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : node.isArray() ? node : List.of(node)) {
            if (!item.isTextual() && !item.isBoolean() && !item.isNumber()) {
                throw new MalformedPolicy("Syntax errors in policy.");
            }
            texts.add(item.asText());
        }
        return texts;
    }
}
