package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;

/** The whole machine waits for copies: few looks, the end seen soon, and no slot idle for long where more are asked for than AWS runs. */
final class WaitingTest {
    private static final int QUOTA = 20;
    private static final int VOLUMES = 26;

    @Test
    void fewLooksFromSecondsToTwoDaysAndTheEndIsSeenSoon() {
        System.out.println("Waiting for a copy: it takes, looks, lag at its end, events of the history");
        for (Duration copy : List.of(
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Duration.ofHours(1),
                Duration.ofHours(6),
                Duration.ofHours(48))) {
            try (Pipeline pipeline = Pipeline.deployed(settings -> settings.withLargestCopy(copy))) {
                Share share = pipeline.share(pipeline.load("ubuntu"), B);

                assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
                List<Instant> looks = entered(share, "WaitForCompletion");
                Duration lag =
                        Duration.between(entered(share, "CopySnapshot").get(0).plus(copy), looks.get(looks.size() - 1));
                System.out.printf("  %8s %4d %8s %5d%n", copy, looks.size(), lag, share.historyEvents());
                assertThat(looks.size()).isLessThanOrEqualTo(48);
                assertThat(lag).isLessThanOrEqualTo(Duration.ofSeconds(6).plus(copy.dividedBy(200)));
                assertThat(share.historyEvents()).isLessThan(1000);
            }
        }
    }

    private static List<Instant> entered(Share share, String state) {
        return share.history().stream()
                .filter(event -> event.stateEnteredEventDetails() != null)
                .filter(event -> event.stateEnteredEventDetails().name().equals(state))
                .map(HistoryEvent::timestamp)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {60, 3_600, 21_600})
    void moreCopiesThanAwsRunsAtATimeQueueAndFinish(long seconds) {
        Duration copy = Duration.ofSeconds(seconds);
        Settings settings = new Settings(copy, QUOTA, Duration.ZERO, Duration.ofSeconds(1));
        try (Pipeline pipeline = Pipeline.deployed(defaults -> settings)) {
            List<String> executions = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                executions.add(pipeline.start(Pipeline.request(pipeline.load(withManyVolumes(i)), B)));
            }

            pipeline.cloud().kernel().runUntilQuiet();

            Duration longest = Duration.ZERO;
            int events = 0;
            for (String execution : executions) {
                Share share = pipeline.ended(execution);
                assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
                longest = share.took().compareTo(longest) > 0 ? share.took() : longest;
                events = Math.max(events, share.historyEvents());
            }
            int most = pipeline.cloud().ec2().mostCopiesInFlight();
            Duration ideal = copy.multipliedBy(3 * VOLUMES).dividedBy(QUOTA);
            System.out.printf(
                    "Quota: 3 executions of %d volumes of %s each: at most %d of %d copies in flight, all done after %s"
                            + " (%s if no slot were ever idle), %d events of history%n",
                    VOLUMES, copy, most, QUOTA, longest, ideal, events);
            assertThat(most).isEqualTo(QUOTA);
            assertThat(longest).isLessThan(ideal.multipliedBy(3).dividedBy(2).plusMinutes(2));
            assertThat(events).isLessThan(10_000);
        }
    }

    /** All of one size, so that all copies take as long. */
    private static ObjectNode withManyVolumes(int number) {
        ObjectNode document = Pipeline.another("ubuntu", number);
        ObjectNode image = (ObjectNode) document.at("/Images/0");
        ArrayNode mappings = (ArrayNode) image.get("BlockDeviceMappings");
        ObjectNode root = (ObjectNode) mappings.get(0);
        mappings.removeAll();
        mappings.add(root);
        for (int i = 1; i < VOLUMES; i++) {
            ObjectNode mapping = root.deepCopy();
            mapping.put("DeviceName", "/dev/sd" + (char) ('a' + i));
            ((ObjectNode) mapping.get("Ebs")).put("SnapshotId", "snap-%017x".formatted(0x1000 * (number + 1) + i));
            mappings.add(mapping);
        }
        return document;
    }
}
