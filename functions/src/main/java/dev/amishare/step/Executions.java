package dev.amishare.step;

import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionDoesNotExistException;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/** Asks Step Functions whether an execution still runs. */
final class Executions {
    private final SfnClient sfn;

    Executions(SfnClient sfn) {
        this.sfn = sfn;
    }

    /** When the execution started, if it runs; empty once it has ended, and for one that AWS has forgotten. */
    Optional<Instant> runningSince(String execution) {
        try {
            DescribeExecutionResponse described = sfn.describeExecution(r -> r.executionArn(execution));
            return described.status() == ExecutionStatus.RUNNING
                            || described.status() == ExecutionStatus.PENDING_REDRIVE
                    ? Optional.of(described.startDate())
                    : Optional.empty();
        } catch (ExecutionDoesNotExistException e) {
            return Optional.empty();
        }
    }
}
