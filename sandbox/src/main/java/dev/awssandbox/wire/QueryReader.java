package dev.awssandbox.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/**
 * Reads the flattened parameters of the query protocols, such as {@code Filter.1.Value.2=available}, into a request's builder. What the
 * request does not know is refused by name.
 */
final class QueryReader {
    private final boolean ec2;
    private final String unknownParameter;
    private final String invalidValue;

    private QueryReader(boolean ec2, String unknownParameter, String invalidValue) {
        this.ec2 = ec2;
        this.unknownParameter = unknownParameter;
        this.invalidValue = invalidValue;
    }

    /** EC2's dialect: the elements of a list follow its name at once. */
    static QueryReader ec2() {
        return new QueryReader(true, "UnknownParameter", "InvalidParameterValue");
    }

    /** The dialect of STS and IAM: {@code Tags.member.1.Key}. */
    static QueryReader query() {
        return new QueryReader(false, "ValidationError", "ValidationError");
    }

    /** Fills {@code builder}; the parameters that are the protocol's own must be gone. */
    void read(Map<String, String> parameters, SdkPojo builder) {
        Node root = new Node("");
        parameters.forEach(root::put);
        readMembers(root, builder);
    }

    private void readMembers(Node node, SdkPojo builder) {
        Map<String, SdkField<?>> fields = Pojos.byLocationName(builder);
        for (Node child : node.children.values()) {
            SdkField<?> field = fields.get(child.name());
            if (field == null) {
                throw unknown(child);
            }
            field.set(builder, readValue(child, field));
        }
    }

    private Object readValue(Node node, SdkField<?> field) {
        return switch (field.marshallingType().getKnownType()) {
            case SDK_POJO -> readStructure(node, field);
            case LIST -> readList(node, field.getRequiredTrait(ListTrait.class));
            case MAP -> readMap(node, field.getRequiredTrait(MapTrait.class));
            default -> readScalar(node, field);
        };
    }

    private SdkPojo readStructure(Node node, SdkField<?> field) {
        SdkPojo builder = Pojos.builderOf(field);
        if (node.value != null && !node.value.isEmpty()) {
            throw invalid(node, "a structure is expected");
        }
        readMembers(node, builder);
        return Pojos.build(builder);
    }

    private List<Object> readList(Node node, ListTrait trait) {
        if (node.value != null && !node.value.isEmpty()) {
            throw invalid(node, "a list is expected");
        }
        boolean flat = ec2 || trait.isFlattened();
        String member = trait.memberLocationName() == null ? "member" : trait.memberLocationName();
        List<Object> values = new ArrayList<>();
        for (Node element : elements(flat ? node : node.only(member, this))) {
            values.add(readValue(element, trait.memberFieldInfo()));
        }
        return values;
    }

    private Map<String, Object> readMap(Node node, MapTrait trait) {
        String keyName = trait.keyLocationName() == null ? "key" : trait.keyLocationName();
        String valueName = trait.valueLocationName() == null ? "value" : trait.valueLocationName();
        Map<String, Object> values = new LinkedHashMap<>();
        for (Node entry : elements(trait.isFlattened() ? node : node.only("entry", this))) {
            Node key = entry.children.get(keyName);
            Node value = entry.children.get(valueName);
            if (key == null || key.value == null || value == null) {
                throw invalid(entry, "an entry has a " + keyName + " and a " + valueName);
            }
            values.put(key.value, readValue(value, trait.valueFieldInfo()));
        }
        return values;
    }

    private Object readScalar(Node node, SdkField<?> field) {
        for (Node child : node.children.values()) {
            throw unknown(child);
        }
        String text = node.value == null ? "" : node.value;
        try {
            return Scalar.parse(field, text);
        } catch (IllegalArgumentException e) {
            throw invalid(
                    node,
                    "it is not of type "
                            + field.marshallingType().getTargetClass().getSimpleName());
        }
    }

    /** The elements of a list in the order of their numbers, whatever order they came in. */
    private Iterable<Node> elements(Node list) {
        Map<Integer, Node> elements = new TreeMap<>();
        for (Node child : list.children.values()) {
            if (!child.name().matches("[1-9]\\d{0,8}")) {
                throw unknown(child);
            }
            elements.put(Integer.valueOf(child.name()), child);
        }
        return elements.values();
    }

    private Refusal unknown(Node node) {
        return new Refusal(400, unknownParameter, "The parameter " + node.path + " is not recognized");
    }

    private Refusal invalid(Node node, String why) {
        return new Refusal(
                400, invalidValue, "Invalid value '" + node.value + "' for parameter " + node.path + ": " + why);
    }

    /** A parameter, or what several parameters have in common before a dot. */
    private static final class Node {
        private final String path;
        private final Map<String, Node> children = new LinkedHashMap<>();
        private @Nullable String value;

        private Node(String path) {
            this.path = path;
        }

        private String name() {
            return path.substring(path.lastIndexOf('.') + 1);
        }

        private void put(String name, String text) {
            Node node = this;
            for (String part : name.split("\\.", -1)) {
                String childPath = node.path.isEmpty() ? part : node.path + "." + part;
                node = node.children.computeIfAbsent(part, p -> new Node(childPath));
            }
            node.value = text;
        }

        /** The one child of this name; an empty node where there is none. */
        private Node only(String name, QueryReader reader) {
            for (Node child : children.values()) {
                if (!child.name().equals(name)) {
                    throw reader.unknown(child);
                }
                return child;
            }
            return new Node(path + "." + name);
        }
    }
}
