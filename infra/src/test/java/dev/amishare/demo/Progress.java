package dev.amishare.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;

/** Prints each state as the execution enters it, and how far the copies are: what a person sees in the console. */
final class Progress {
    private final Account source;
    private final String executionArn;
    private final Map<String, String> percents = new HashMap<>();
    private long printed;

    Progress(Account source, String executionArn) {
        this.source = source;
        this.executionArn = executionArn;
    }

    /** Prints what is new since the last call. */
    void print() {
        for (HistoryEvent event : history(source, executionArn)) {
            if (event.id() > printed) {
                printed = event.id();
                if (event.stateEnteredEventDetails() != null) {
                    Demo.say("→ " + event.stateEnteredEventDetails().name());
                }
            }
        }
        Filter ours = Filter.builder()
                .name("tag:ami-share:execution")
                .values(executionArn)
                .build();
        for (Snapshot copy : source.ec2()
                .describeSnapshots(r -> r.ownerIds("self").filters(ours))
                .snapshots()) {
            String now = copy.stateAsString() + " " + copy.progress();
            if (!now.equals(percents.put(copy.snapshotId(), now))) {
                Demo.say("    %s of %d GiB: %s".formatted(copy.snapshotId(), copy.volumeSize(), now));
            }
        }
    }

    static List<HistoryEvent> history(Account source, String executionArn) {
        List<HistoryEvent> events = new ArrayList<>();
        source.stepFunctions()
                .getExecutionHistoryPaginator(r -> r.executionArn(executionArn).maxResults(1000))
                .events()
                .forEach(events::add);
        return events;
    }
}
