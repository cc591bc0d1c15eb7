package dev.awssandbox.sfn;

import dev.awssandbox.kernel.Kernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;

/** The events of an execution, numbered from 1. */
final class History {
    /** As many events as an execution may have; one more ends it. */
    static final int LIMIT = 25_000;

    private final Kernel kernel;
    private final List<HistoryEvent> events = new ArrayList<>();

    History(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Adds an event.
     *
     * @param previous the event that led to it, 0 for none
     * @throws Full if only the last place is left, which belongs to the execution's end
     */
    long add(HistoryEventType type, long previous, Consumer<HistoryEvent.Builder> details) {
        if (events.size() == LIMIT - 1) {
            throw new Full();
        }
        return addLast(type, previous, details);
    }

    /** Adds the event with which the execution ends. */
    long addLast(HistoryEventType type, long previous, Consumer<HistoryEvent.Builder> details) {
        long id = events.size() + 1L;
        HistoryEvent.Builder event = HistoryEvent.builder()
                .id(id)
                .previousEventId(previous)
                .type(type)
                .timestamp(kernel.now());
        details.accept(event);
        events.add(event.build());
        return id;
    }

    List<HistoryEvent> events() {
        return Collections.unmodifiableList(events);
    }

    /** The execution has used up its events. */
    static final class Full extends RuntimeException {
        private Full() {
            super("the history is full", null, false, false);
        }
    }
}
