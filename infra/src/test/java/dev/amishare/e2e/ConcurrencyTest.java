package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.CallLog.Call;
import dev.awssandbox.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many executions at once, and others who write the key's policy: no grant is lost. */
final class ConcurrencyTest {
    private static final String FOREIGN = "Foreign";

    @Test
    void twentyImagesForTwentyAccountsAtOnceAreSharedAndNobodyIsMissingInThePolicy() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            List<String> executions = new ArrayList<>();
            Set<String> accounts = new TreeSet<>();
            for (int i = 0; i < 20; i++) {
                accounts.add(account(i));
                executions.add(pipeline.start(Pipeline.request(pipeline.loadAnother("ubuntu", i), account(i))));
            }

            pipeline.cloud().kernel().runUntilQuiet();

            assertThat(named(pipeline)).isEqualTo(accounts);
            for (int i = 0; i < 20; i++) {
                Share share = pipeline.ended(executions.get(i));
                assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
                assertThat(pipeline.launch(account(i), share.imageId())).isEqualTo("running");
                assertThat(pipeline.launch(account((i + 1) % 20), share.imageId()))
                        .isEqualTo("refused: AuthFailure");
            }
            assertThat(pipeline.sharedImages()).hasSize(20);
        }
    }

    @Test
    void tenTimesTheSameRequestAtOnceMakeOneImageAndNeverMore() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String request = Pipeline.request(pipeline.load("openstudio-two-volumes"), B);
            List<String> executions = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                executions.add(pipeline.start(request));
            }
            int[] most = new int[2];

            pipeline.cloud().kernel().runUntil(() -> {
                most[0] = Math.max(most[0], pipeline.sharedImages().size());
                most[1] = Math.max(most[1], pipeline.sharedSnapshots().size());
                return false;
            });

            Set<String> images = new TreeSet<>();
            for (String execution : executions) {
                Share share = pipeline.ended(execution);
                assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
                images.add(share.imageId());
            }
            assertThat(images).hasSize(1);
            assertThat(most).containsExactly(1, 2);
            System.out.println("10 times the same request at once: at no time more than 1 image and 2 snapshots");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 60, 240})
    void aPolicyThatIsVisibleLateLosesNobody(long seconds) {
        Settings late = new Settings(Duration.ofSeconds(20), 20, Duration.ofSeconds(seconds), Duration.ofSeconds(1));
        try (Pipeline pipeline = Pipeline.deployed(settings -> late)) {
            Set<String> accounts = new TreeSet<>();
            List<String> executions = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                accounts.add(account(i));
                executions.add(pipeline.start(Pipeline.request(pipeline.loadAnother("ubuntu", i), account(i))));
            }

            pipeline.cloud().kernel().runUntilQuiet();

            assertThat(executions)
                    .allSatisfy(execution ->
                            assertThat(pipeline.ended(execution).why()).isEqualTo(": "));
            assertThat(named(pipeline)).isEqualTo(accounts);
        }
    }

    /** What became of both writers' statements, over some seeds. */
    private static final class Tally {
        private int foreignWrites;
        private int foreignLost;
        private int oursLost;
        private int shared;
        private int conflicts;
        private int repairedBySweep;
        private final List<Duration> windows = new ArrayList<>();
    }

    /**
     * Somebody reads the policy, and writes it some seconds later with his statement added or removed: a hundred times, while functions
     * take their time between two calls, too.
     */
    @Test
    void besideAForeignWriterNobodyIsLostUnnoticed() {
        Tally tally = new Tally();
        for (long seed = 1; seed <= 6; seed++) {
            besideAForeignWriter(seed, tally);
        }
        System.out.printf(
                """
                Beside a foreign writer of the key's policy, 6 seeds:
                  %d executions shared, %d ended as KeyPolicyConflict
                  %d of our principals overwritten by the foreign writer and written again, %d of them by the sweep
                  %d foreign writes, %d of them lost to ours
                  our window, from the last read to the write: no other call in between; %d writes, longest %s, mean %d ms
                """,
                tally.shared,
                tally.conflicts,
                tally.oursLost,
                tally.repairedBySweep,
                tally.foreignWrites,
                tally.foreignLost,
                tally.windows.size(),
                tally.windows.stream().max(Duration::compareTo).orElseThrow(),
                (long) tally.windows.stream()
                        .mapToLong(Duration::toMillis)
                        .average()
                        .orElseThrow());
        assertThat(tally.foreignWrites).isEqualTo(600);
        assertThat(tally.oursLost).isPositive();
    }

    private static void besideAForeignWriter(long seed, Tally tally) {
        try (Pipeline pipeline = Pipeline.deployed(seed, "any", settings -> settings)) {
            pipeline.cloud().kernel().slowDown(0.3, Duration.ofSeconds(3));
            SplittableRandom random = new SplittableRandom(seed);
            Foreigner foreigner = new Foreigner(pipeline, random, tally);
            foreigner.readsNext(100);
            Map<String, String> accounts = new HashMap<>();
            for (int i = 0; i < 10; i++) {
                String request = Pipeline.request(pipeline.loadAnother("ubuntu", i), account(i));
                String account = account(i);
                pipeline.cloud()
                        .kernel()
                        .after(
                                Duration.ofSeconds(random.nextInt(900)),
                                () -> accounts.put(pipeline.start(request), account));
            }
            pipeline.cloud().kernel().runUntilQuiet();

            Set<String> shared = new TreeSet<>();
            accounts.forEach((execution, account) -> {
                Share share = pipeline.ended(execution);
                if (share.status().equals("SUCCEEDED")) {
                    shared.add(account);
                } else {
                    assertThat(share.error()).as(share.why()).isEqualTo("dev.amishare.error.KeyPolicyConflict");
                    tally.conflicts++;
                }
            });
            tally.shared += shared.size();
            Set<String> missing = new TreeSet<>(shared);
            missing.removeAll(named(pipeline));
            tally.repairedBySweep += missing.size();
            pipeline.letPass(Duration.ofHours(1));
            assertThat(named(pipeline)).isEqualTo(shared);
            windows(pipeline.calls(), tally);
        }
    }

    /** From each PutKeyPolicy back to the read before it, which must be the same function's call just before. */
    private static void windows(List<Call> calls, Tally tally) {
        Map<String, Call> before = new HashMap<>();
        for (Call call : calls) {
            Call previous = before.put(String.valueOf(call.invocation()), call);
            if (call.action().equals("PutKeyPolicy")) {
                assertThat(previous).isNotNull();
                assertThat(previous.action()).isEqualTo("GetKeyPolicy");
                tally.windows.add(Duration.between(previous.at(), call.at()));
            }
        }
    }

    /** Another writer, who does not look whether the policy has changed since he read it. */
    private static final class Foreigner {
        private final Pipeline pipeline;
        private final SplittableRandom random;
        private final Tally tally;
        private boolean wrote;

        private Foreigner(Pipeline pipeline, SplittableRandom random, Tally tally) {
            this.pipeline = pipeline;
            this.random = random;
            this.tally = tally;
        }

        private void readsNext(int times) {
            if (times > 0) {
                pipeline.cloud().kernel().after(Duration.ofMillis(random.nextInt(4_000)), () -> reads(times));
            }
        }

        private void reads(int times) {
            ObjectNode policy = policy(pipeline);
            boolean isThere = Pipeline.toggle(policy, FOREIGN, "888888888888");
            if (isThere != wrote) {
                tally.foreignLost++;
            }
            boolean adds = !isThere;
            pipeline.cloud()
                    .kernel()
                    .after(Duration.ofMillis(random.nextInt(20_000)), () -> writes(policy, adds, times));
        }

        private void writes(ObjectNode policy, boolean adds, int times) {
            Set<String> lost = named(policy(pipeline));
            lost.removeAll(named(policy));
            tally.oursLost += lost.size();
            tally.foreignWrites++;
            wrote = adds;
            pipeline.kms(SOURCE)
                    .putKeyPolicy(r ->
                            r.keyId(pipeline.shareKey()).policyName("default").policy(policy.toString()));
            readsNext(times - 1);
        }
    }

    private static ObjectNode policy(Pipeline pipeline) {
        return pipeline.policyOf(pipeline.shareKey());
    }

    private static Set<String> named(Pipeline pipeline) {
        return named(policy(pipeline));
    }

    /** The accounts that AmiShareUse names. */
    private static Set<String> named(JsonNode policy) {
        Set<String> accounts = new TreeSet<>();
        for (JsonNode statement : policy.path("Statement")) {
            if (statement.path("Sid").asText().equals("AmiShareUse")) {
                accounts.addAll(Pipeline.principals(statement));
            }
        }
        return accounts;
    }

    private static String account(int i) {
        return Long.toString(600_000_000_000L + i);
    }
}
