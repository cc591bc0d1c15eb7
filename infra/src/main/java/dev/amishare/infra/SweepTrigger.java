package dev.amishare.infra;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.stepfunctions.IStateMachine;
import software.constructs.Construct;

/**
 * Starts the sweep when an execution has ended in a way that may have run no Catch, and every hour, since a stopped execution of the
 * sweep itself tells nobody.
 */
final class SweepTrigger extends Construct {
    SweepTrigger(Construct scope, String id, IStateMachine watched, IStateMachine sweep) {
        super(scope, id);
        Undelivered undelivered = new Undelivered(this, "Undelivered");
        Rule.Builder.create(this, "WhenNotSucceeded")
                .description("Undoes what an execution has left that was stopped, timed out or failed")
                .eventPattern(EventPattern.builder()
                        .source(List.of("aws.states"))
                        .detailType(List.of("Step Functions Execution Status Change"))
                        .detail(new TreeMap<>(Map.of(
                                "status", List.of("FAILED", "TIMED_OUT", "ABORTED"),
                                "stateMachineArn", List.of(watched.getStateMachineArn()))))
                        .build())
                .targets(List.of(undelivered.patientlyTo(sweep).build()))
                .build();
        Rule.Builder.create(this, "EveryHour")
                .description("Undoes what no event told of")
                .schedule(Schedule.rate(Duration.hours(1)))
                .targets(List.of(undelivered.patientlyTo(sweep).build()))
                .build();
    }
}
