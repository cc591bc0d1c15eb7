package dev.amishare.infra;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Match;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.targets.SfnStateMachine;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.amazon.awscdk.services.stepfunctions.IStateMachine;
import software.constructs.Construct;

/**
 * Starts the state machine when somebody sets the tag {@code ami-share:profile} on an image. The tag names a profile, never accounts.
 * Tag events are best effort: setting the tag once more repairs a lost one.
 */
final class TagTrigger extends Construct {
    private static final String TAG = "ami-share:profile";

    TagTrigger(Construct scope, String id, IStateMachine machine) {
        super(scope, id);
        Queue undelivered = Queue.Builder.create(this, "Undelivered")
                .encryption(QueueEncryption.SQS_MANAGED)
                .enforceSsl(true)
                .retentionPeriod(Duration.days(14))
                .build();
        NagSuppressions.addResourceSuppressions(
                undelivered,
                List.of(NagPackSuppression.builder()
                        .id("AwsSolutions-SQS3")
                        .reason("This queue is the dead-letter queue.")
                        .build()));
        Rule.Builder.create(this, "Rule")
                .description("Shares an image when its tag " + TAG + " is set")
                .eventPattern(EventPattern.builder()
                        .source(List.of("aws.tag"))
                        .detailType(List.of("Tag Change on Resource"))
                        .detail(Map.of(
                                "service", List.of("ec2"),
                                "resource-type", List.of("image"),
                                "changed-tag-keys", List.of(TAG),
                                // A removed tag is among the changed keys, but no longer among the tags.
                                "tags", Map.of(TAG, Match.exists())))
                        .build())
                .targets(List.of(SfnStateMachine.Builder.create(machine)
                        .deadLetterQueue(undelivered)
                        .retryAttempts(185)
                        .maxEventAge(Duration.hours(24))
                        .build()))
                .build();
    }
}
