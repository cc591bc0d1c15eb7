package dev.awssandbox.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Cloud;

/** EventBridge: the default bus of every account and Region, its rules, and their delivery. */
@SuppressWarnings({"DoNotCallSuggester", "unused"}) // a placeholder, replaced in the next commits
public final class EventBus {
    public EventBus(Cloud cloud) {
        cloud.settings();
    }

    /**
     * An event of an AWS service. It reaches the rules it matches a moment later.
     *
     * @param event at least {@code source}, {@code detail-type}, {@code resources} and {@code detail}; {@code version}, {@code id},
     *     {@code account}, {@code time} and {@code region} are added where they are missing
     */
    public void publish(String account, String region, ObjectNode event) {}

    /** Makes or replaces a rule. */
    public void putRule(Rule rule) {}

    /** The next {@code count} events that match a rule are lost, as best effort permits. */
    public void dropNext(int count) {}

    /** The next {@code count} events that match a rule are delivered twice, as at-least-once permits. */
    public void duplicateNext(int count) {}
}
