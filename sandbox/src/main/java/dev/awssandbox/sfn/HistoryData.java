package dev.awssandbox.sfn;

import software.amazon.awssdk.services.sfn.model.HistoryEvent;

/** The data in events, which GetExecutionHistory leaves out on request. */
final class HistoryData {
    private HistoryData() {}

    static HistoryEvent without(HistoryEvent event) {
        HistoryEvent.Builder bare = event.toBuilder();
        if (event.executionStartedEventDetails() != null) {
            bare.executionStartedEventDetails(
                    event.executionStartedEventDetails().toBuilder().input(null).build());
        }
        if (event.executionSucceededEventDetails() != null) {
            bare.executionSucceededEventDetails(event.executionSucceededEventDetails().toBuilder()
                    .output(null)
                    .build());
        }
        if (event.stateEnteredEventDetails() != null) {
            bare.stateEnteredEventDetails(
                    event.stateEnteredEventDetails().toBuilder().input(null).build());
        }
        if (event.stateExitedEventDetails() != null) {
            bare.stateExitedEventDetails(
                    event.stateExitedEventDetails().toBuilder().output(null).build());
        }
        if (event.lambdaFunctionScheduledEventDetails() != null) {
            bare.lambdaFunctionScheduledEventDetails(event.lambdaFunctionScheduledEventDetails().toBuilder()
                    .input(null)
                    .build());
        }
        if (event.lambdaFunctionSucceededEventDetails() != null) {
            bare.lambdaFunctionSucceededEventDetails(event.lambdaFunctionSucceededEventDetails().toBuilder()
                    .output(null)
                    .build());
        }
        if (event.taskScheduledEventDetails() != null) {
            bare.taskScheduledEventDetails(event.taskScheduledEventDetails().toBuilder()
                    .parameters(null)
                    .build());
        }
        if (event.taskSucceededEventDetails() != null) {
            bare.taskSucceededEventDetails(
                    event.taskSucceededEventDetails().toBuilder().output(null).build());
        }
        return bare.build();
    }
}
