package dev.amishare.infra;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Match;
import software.amazon.awscdk.services.events.Rule;
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
        Rule.Builder.create(this, "Rule")
                .description("Shares an image when its tag " + TAG + " is set")
                .eventPattern(EventPattern.builder()
                        .source(List.of("aws.tag"))
                        .detailType(List.of("Tag Change on Resource"))
                        .detail(new TreeMap<>(Map.of(
                                "service", List.of("ec2"),
                                "resource-type", List.of("image"),
                                "changed-tag-keys", List.of(TAG),
                                // A removed tag is among the changed keys, but no longer among the tags.
                                "tags", Map.of(TAG, Match.exists()))))
                        .build())
                .targets(List.of(new Undelivered(this, "Undelivered")
                        .patientlyTo(machine)
                        .build()))
                .build();
    }
}
