package dev.amishare.infra;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.events.targets.SfnStateMachine;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.amazon.awscdk.services.stepfunctions.IStateMachine;
import software.constructs.Construct;

/** Where a rule's events end that could not be delivered for a day: the most that EventBridge tries. */
final class Undelivered extends Construct {
    private final Queue queue;

    Undelivered(Construct scope, String id) {
        super(scope, id);
        this.queue = Queue.Builder.create(this, "Queue")
                .encryption(QueueEncryption.SQS_MANAGED)
                .enforceSsl(true)
                .retentionPeriod(Duration.days(14))
                .build();
        NagSuppressions.addResourceSuppressions(
                queue,
                List.of(NagPackSuppression.builder()
                        .id("AwsSolutions-SQS3")
                        .reason("This queue is the dead-letter queue.")
                        .build()));
    }

    /** A rule's target that is tried for as long as EventBridge does, and whose failures end here. */
    SfnStateMachine.Builder patientlyTo(IStateMachine machine) {
        return SfnStateMachine.Builder.create(machine)
                .deadLetterQueue(queue)
                .retryAttempts(185)
                .maxEventAge(Duration.hours(24));
    }
}
