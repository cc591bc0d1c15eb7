package dev.awssandbox.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** SQS, as far as a rule's dead letters need it: queues that keep what is sent. */
public final class Queues {
    private final Map<String, List<Message>> messages = new TreeMap<>();

    Queues() {}

    /**
     * A message.
     *
     * @param attributes why an event came here: {@code RULE_ARN}, {@code TARGET_ARN}, {@code ERROR_CODE}, {@code ERROR_MESSAGE}
     */
    public record Message(String body, Map<String, String> attributes) {
        public Message {
            attributes = Map.copyOf(attributes);
        }
    }

    /** Makes a queue. */
    public void create(String queueArn) {
        messages.put(queueArn, new ArrayList<>());
    }

    /** The ARNs of all queues. */
    public List<String> arns() {
        return List.copyOf(messages.keySet());
    }

    /** What has been sent to a queue. */
    public List<Message> messages(String queueArn) {
        return List.copyOf(messages.getOrDefault(queueArn, List.of()));
    }

    /** Keeps a message, if there is such a queue. */
    void send(String queueArn, Message message) {
        List<Message> queue = messages.get(queueArn);
        if (queue != null) {
            queue.add(message);
        }
    }
}
