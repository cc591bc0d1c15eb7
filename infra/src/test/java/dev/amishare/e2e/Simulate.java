package dev.amishare.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * Simulates seed after seed, as many at once as there are processors, and tells how far it is: {@code sandbox/run simulate}.
 *
 * <p>A failing seed is printed with what it violates, and replays alone.
 */
public final class Simulate {
    private static final Duration TELL_EVERY = Duration.ofSeconds(10);

    private final long started = System.nanoTime();
    private final Map<String, Integer> ends = new TreeMap<>();
    private final List<Long> failing = new ArrayList<>();
    private int seeds;
    private int executions;
    private long lastTold = started;

    private Simulate() {}

    /** Exit status 0 if all invariants held, 1 if not, 2 if the command line is wrong. */
    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        Path templates = null;
        long seed = 1;
        int executions = 0;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "--templates" -> templates = Path.of(arguments[i + 1]);
                case "--seed" -> seed = Long.parseLong(arguments[i + 1]);
                case "--executions" -> executions = Integer.parseInt(arguments[i + 1]);
                default -> templates = null;
            }
        }
        if (templates == null || arguments.length % 2 != 0) {
            System.err.println("usage: simulate --templates DIR [--seed FIRST] [--executions AT_LEAST]");
            System.exit(2);
            return;
        }
        int wanted = executions;
        Simulate simulated = run(seed, templates, progress -> progress.executions >= wanted);
        System.exit(simulated.failing.isEmpty() ? 0 : 1);
    }

    /** Runs seeds from {@code first} on until it is enough; those that have begun are run to their end. At least one is run. */
    static Simulate run(long first, Path templates, Predicate<Simulate> isEnough)
            throws InterruptedException, ExecutionException {
        Simulate simulated = new Simulate();
        int processors = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = Executors.newFixedThreadPool(processors);
        try {
            ExecutorCompletionService<Simulation.Outcome> running = new ExecutorCompletionService<>(threads);
            long next = first;
            int begun = 0;
            do {
                while (begun < simulated.seeds + processors && (begun == 0 || !isEnough.test(simulated))) {
                    long seed = next++;
                    running.submit(() -> Simulation.run(seed, templates));
                    begun++;
                }
                simulated.add(running.take().get());
            } while (begun > simulated.seeds || !isEnough.test(simulated));
        } finally {
            threads.shutdownNow();
        }
        simulated.tell();
        return simulated;
    }

    List<Long> failing() {
        return failing;
    }

    int executions() {
        return executions;
    }

    int seeds() {
        return seeds;
    }

    Duration took() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    private void add(Simulation.Outcome outcome) {
        seeds++;
        executions += outcome.executions();
        outcome.ends().forEach((end, count) -> ends.merge(end, count, Integer::sum));
        if (!outcome.violations().isEmpty()) {
            failing.add(outcome.seed());
            System.out.println(
                    "seed " + outcome.seed() + " fails; alone: sandbox/run simulate --seed " + outcome.seed());
            outcome.violations().forEach(violation -> System.out.println("  " + violation));
        }
        if (System.nanoTime() - lastTold > TELL_EVERY.toNanos()) {
            lastTold = System.nanoTime();
            tell();
        }
    }

    private void tell() {
        System.out.printf(
                Locale.ROOT,
                "simulation: %d executions of %d seeds in %d s, %.1f a second, %d seeds fail %s%n",
                executions,
                seeds,
                took().toSeconds(),
                executions * 1000.0 / Math.max(1, took().toMillis()),
                failing.size(),
                ends);
    }
}
