package dev.awssandbox.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class KernelTest {
    @Test
    void theSameSeedGivesTheSameOrderAndOthersGiveOthers() {
        List<String> first = orderOfCalls(7);
        List<List<String>> others = new ArrayList<>();
        for (long seed = 100; seed < 110; seed++) {
            others.add(orderOfCalls(seed));
        }

        assertThat(orderOfCalls(7)).isEqualTo(first).hasSize(15);
        assertThat(others).anyMatch(order -> !order.equals(first));
    }

    @Test
    void jumpsOverTenHoursWhenNobodyIsRunning() {
        try (Kernel kernel = Kernel.simulated(1)) {
            Instant start = kernel.now();
            List<Instant> happened = new ArrayList<>();
            kernel.after(Duration.ofHours(10), () -> happened.add(kernel.now()));

            kernel.runUntilQuiet();

            assertThat(happened).containsExactly(start.plus(Duration.ofHours(10)));
        }
    }

    @Test
    void aScheduleAloneDoesNotMakeTimePass() {
        try (Kernel kernel = Kernel.simulated(1)) {
            Instant start = kernel.now();
            List<String> happened = new ArrayList<>();
            kernel.inBackground(Duration.ofMinutes(5), () -> happened.add("schedule"));

            kernel.runUntilQuiet();
            assertThat(kernel.now()).isEqualTo(start);

            kernel.after(Duration.ofMinutes(9), () -> happened.add("copy done"));
            kernel.runUntilQuiet();
            assertThat(happened).containsExactly("schedule", "copy done");
        }
    }

    @Test
    void timeWaitsForAFunctionThatIsStillComputing() throws Exception {
        try (Kernel kernel = Kernel.simulated(3)) {
            List<String> happened = new ArrayList<>();
            kernel.after(Duration.ofSeconds(1), () -> happened.add("event"));
            Kernel.FunctionRun run = kernel.begin("f");
            CompletableFuture<Void> function = CompletableFuture.runAsync(() -> {
                kernel.call(run, () -> happened.add("call at " + kernel.now()));
                kernel.end(run, () -> happened.add("end"));
            });

            kernel.runUntilQuiet();

            function.get(10, TimeUnit.SECONDS);
            assertThat(happened).containsExactly("call at 2026-01-01T00:00:00Z", "end", "event");
        }
    }

    @Test
    void aKilledFunctionIsNotAnsweredAndNobodyWaitsForIt() {
        try (Kernel kernel = Kernel.simulated(3)) {
            List<String> happened = new ArrayList<>();
            Kernel.FunctionRun run = kernel.begin("f");
            kernel.kill(run);

            assertThatThrownBy(() -> kernel.call(run, () -> happened.add("call")))
                    .isInstanceOf(Kernel.RunGone.class);
            kernel.end(run, () -> happened.add("end"));
            kernel.runUntilQuiet();

            assertThat(happened).isEmpty();
        }
    }

    @Test
    void aSlowCallLetsTimePassAndOthersGoFirst() throws Exception {
        try (Kernel kernel = Kernel.simulated(3)) {
            kernel.slowDown(1, Duration.ofSeconds(50));
            List<String> happened = new ArrayList<>();
            Instant start = kernel.now();
            kernel.after(Duration.ofMillis(1), () -> happened.add("event"));
            Kernel.FunctionRun run = kernel.begin("f");
            CompletableFuture<Void> function = CompletableFuture.runAsync(() -> {
                kernel.call(run, () -> happened.add("call"));
                kernel.end(run, () -> happened.add("end"));
            });

            kernel.runUntilQuiet();

            function.get(10, TimeUnit.SECONDS);
            assertThat(happened).containsExactly("event", "call", "end");
            assertThat(kernel.now()).isBetween(start.plusSeconds(1), start.plusSeconds(100));
        }
    }

    @Test
    void aCancelledEventDoesNotHappen() {
        try (Kernel kernel = Kernel.simulated(3)) {
            List<String> happened = new ArrayList<>();
            Kernel.Event event = kernel.after(Duration.ofSeconds(2), () -> happened.add("timeout"));
            kernel.after(Duration.ofSeconds(1), () -> kernel.cancel(event));

            kernel.runUntilQuiet();

            assertThat(happened).isEmpty();
        }
    }

    @Test
    void anExceptionInACallReachesTheCallerOnly() throws Exception {
        try (Kernel kernel = Kernel.simulated(3)) {
            Kernel.FunctionRun run = kernel.begin("f");
            CompletableFuture<Throwable> function = CompletableFuture.supplyAsync(() -> {
                Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(() -> kernel.call(run, () -> {
                    throw new IllegalArgumentException("refused");
                }));
                kernel.end(run, () -> {});
                return thrown;
            });

            kernel.runUntilQuiet();

            assertThat(function.get(10, TimeUnit.SECONDS)).hasMessage("refused");
        }
    }

    @Test
    void realTimeRunsFasterByItsSpeed() throws Exception {
        try (Kernel kernel = Kernel.realTime(1000)) {
            CompletableFuture<Instant> happened = new CompletableFuture<>();
            Instant start = kernel.now();
            kernel.after(Duration.ofSeconds(100), () -> happened.complete(kernel.now()));

            assertThat(happened.get(10, TimeUnit.SECONDS)).isAfterOrEqualTo(start.plusSeconds(100));
        }
    }

    /** Five functions, three calls each, all at once. */
    private static List<String> orderOfCalls(long seed) {
        try (Kernel kernel = Kernel.simulated(seed)) {
            List<String> order = new ArrayList<>();
            List<CompletableFuture<Void>> functions = new ArrayList<>();
            for (int f = 0; f < 5; f++) {
                String name = "f" + f;
                Kernel.FunctionRun run = kernel.begin(name);
                functions.add(CompletableFuture.runAsync(
                        () -> {
                            for (int call = 0; call < 3; call++) {
                                kernel.call(run, () -> order.add(name));
                            }
                            kernel.end(run, () -> {});
                        },
                        task -> new Thread(task, name).start()));
            }
            kernel.runUntilQuiet();
            functions.forEach(CompletableFuture::join);
            return order;
        }
    }
}
