package dev.awssandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** CloudTrail, as far as sharing needs it: the records of what one account did with what belongs to another, in both accounts' trails. */
public final class Trail {
    private final Kernel kernel;
    private final Map<String, List<ObjectNode>> records = new TreeMap<>();

    Trail(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Appends to the trail of {@code account}; {@code eventVersion}, {@code eventTime}, {@code eventID} and the recipient's id
     * are added here.
     */
    public void add(String account, ObjectNode event) {
        kernel.locked(() -> {
            ObjectNode complete = event.deepCopy();
            complete.put("eventVersion", "1.11");
            complete.put("eventTime", kernel.now().toString());
            complete.put(
                    "eventID",
                    String.format(
                            "%016x%016x",
                            kernel.random().nextLong(), kernel.random().nextLong()));
            complete.put("recipientAccountId", account);
            records.computeIfAbsent(account, key -> new ArrayList<>()).add(complete);
        });
    }

    /** The records of an account's trail, in order. */
    public List<ObjectNode> of(String account) {
        return kernel.locked(() -> records.getOrDefault(account, List.of()).stream()
                .map(ObjectNode::deepCopy)
                .toList());
    }
}
