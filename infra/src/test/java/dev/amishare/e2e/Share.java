package dev.amishare.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;

/** An execution of ShareAmi that has ended. */
record Share(DescribeExecutionResponse execution, List<HistoryEvent> history) {
    String status() {
        return execution.statusAsString();
    }

    String error() {
        return Objects.requireNonNullElse(execution.error(), "");
    }

    /** The cause as a person reads it: the message alone where a function's error came as the service writes it, in JSON. */
    String cause() {
        String cause = Objects.requireNonNullElse(execution.cause(), "");
        return cause.startsWith("{") ? Pipeline.json(cause).path("errorMessage").asText() : cause;
    }

    List<String> errorLines() {
        return cause().lines().filter(line -> !line.isBlank()).toList();
    }

    /** For a failed assertion. */
    String why() {
        return error() + ": " + cause();
    }

    JsonNode output() {
        return Pipeline.json(execution.output());
    }

    /** The only image of the result. */
    JsonNode image() {
        return output().at("/images/0");
    }

    String imageId() {
        return image().path("imageId").asText();
    }

    JsonNode target(String principal) {
        for (JsonNode target : image().path("targets")) {
            if (target.path("principal").asText().equals(principal)) {
                return target;
            }
        }
        throw new AssertionError(principal + " is not in " + image());
    }

    Duration took() {
        return Duration.between(execution.startDate(), execution.stopDate());
    }

    int historyEvents() {
        return history.size();
    }

    List<String> states() {
        return history.stream()
                .filter(event -> event.stateEnteredEventDetails() != null)
                .map(event -> event.stateEnteredEventDetails().name())
                .toList();
    }
}
