package dev.awssandbox.sfn;

import java.util.Optional;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;

/** The events that stand for each type of state. */
final class EventTypes {
    private EventTypes() {}

    static HistoryEventType entered(State state) {
        return HistoryEventType.fromValue(kind(state) + "StateEntered");
    }

    static HistoryEventType exited(State state) {
        return HistoryEventType.fromValue(kind(state) + "StateExited");
    }

    /** Empty for a Task, whose call has said already how it failed. */
    static Optional<HistoryEventType> failed(State.Worker state) {
        return state instanceof State.Task
                ? Optional.empty()
                : Optional.of(HistoryEventType.fromValue(kind(state) + "StateFailed"));
    }

    private static String kind(State state) {
        if (state instanceof State.Iterate) {
            return "Map";
        }
        return state.getClass().getSimpleName();
    }
}
