package dev.awssandbox.sfn;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.LoggingConfiguration;
import software.amazon.awssdk.services.sfn.model.Tag;
import software.amazon.awssdk.services.sfn.model.TracingConfiguration;

/**
 * A state machine in one of its revisions.
 *
 * @param definitionText as it was given
 * @param logging and tracing: kept and shown, without effect
 */
record StateMachine(
        String arn,
        String name,
        String definitionText,
        Definition definition,
        String roleArn,
        Instant created,
        Instant updated,
        String revisionId,
        @Nullable LoggingConfiguration logging,
        @Nullable TracingConfiguration tracing,
        List<Tag> tags) {
    StateMachine {
        tags = List.copyOf(tags);
    }
}
