package dev.awssandbox.kernel;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sandbox's one clock, one lock, and the one place that decides what happens next.
 *
 * <p>All state of the sandbox is read and changed under this kernel's lock. Three kinds of things want to happen: <em>events</em>
 * (something is due at a time: a copy has ended, a Wait state is over), <em>calls</em> of running functions, and the <em>ends</em>
 * of functions. In real time each happens as soon as it can. In simulated time a test drives: {@link #runUntil} lets something
 * happen only when every running function waits for an answer, draws from the seed which, and lets the clock jump to the next event
 * when nothing else is left. So the same seed gives the same run. The idea is FoundationDB's.
 *
 * <p>Whoever is not a function (a test, the AWS CLI) acts through {@link #locked} at once.
 */
public final class Kernel implements AutoCloseable {
    private static final Duration STUCK_AFTER = Duration.ofSeconds(60);
    private static final Instant SIMULATED_START = Instant.parse("2026-01-01T00:00:00Z");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparing((Event e) -> e.at).thenComparingLong(e -> e.number));
    private final List<FunctionRun> runs = new ArrayList<>();
    private final boolean simulated;
    private final double speed;
    private final Instant realStart;
    private final long nanoStart;
    private final SplittableRandom random;
    private Instant simulatedNow = SIMULATED_START;
    private double slowRate;
    private Duration slowest = Duration.ZERO;
    private long numbers;
    private boolean closed;

    private Kernel(boolean simulated, double speed, long seed) {
        this.simulated = simulated;
        this.speed = speed;
        this.random = new SplittableRandom(seed);
        this.realStart = Instant.now();
        this.nanoStart = System.nanoTime();
        if (!simulated) {
            Thread timer = new Thread(this::fireEvents, "sandbox-clock");
            timer.setDaemon(true);
            timer.start();
        }
    }

    /**
     * A kernel whose time follows the machine's.
     *
     * @param speed how many simulated seconds pass in a real one; above 0
     */
    public static Kernel realTime(double speed) {
        if (!(speed > 0)) {
            throw new IllegalArgumentException("speed must be above 0, not " + speed);
        }
        return new Kernel(false, speed, System.nanoTime());
    }

    /** A kernel whose time passes only in {@link #runUntil}, in an order drawn from {@code seed}. */
    public static Kernel simulated(long seed) {
        return new Kernel(true, 1, seed);
    }

    /** The time it is in the sandbox, in whole milliseconds. */
    public Instant now() {
        if (simulated) {
            return locked(() -> simulatedNow);
        }
        long nanos = (long) ((System.nanoTime() - nanoStart) * speed);
        return realStart.plusNanos(nanos).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Whether a test drives this kernel. */
    public boolean isSimulated() {
        return simulated;
    }

    /** The seed's numbers: faults, jitter, ids. To be called under the lock, or the run does not replay. */
    public SplittableRandom random() {
        return random;
    }

    /** Does {@code body} under the lock, at once. */
    public <T extends @Nullable Object> T locked(Supplier<T> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /** Does {@code body} under the lock, at once. */
    public void locked(Runnable body) {
        locked(() -> {
            body.run();
            return true;
        });
    }

    /** Has {@code body} done under the lock after {@code delay}. */
    public Event after(Duration delay, Runnable body) {
        return schedule(delay, false, body);
    }

    /**
     * How much of the sandbox's time passes while a function works for this long: a clock that runs faster makes no processor faster. For the
     * time limits of functions and of the tasks that wait for them.
     */
    public Duration workingTime(Duration limit) {
        return speed > 1 ? Duration.ofNanos((long) (limit.toNanos() * speed)) : limit;
    }

    /** As {@link #after}, but time is never made to pass for its sake: for schedules, which would go on for ever. */
    public Event inBackground(Duration delay, Runnable body) {
        return schedule(delay, true, body);
    }

    private Event schedule(Duration delay, boolean background, Runnable body) {
        return locked(() -> {
            Event event = new Event(now().plus(delay), numbers++, background, body);
            events.add(event);
            return event;
        });
    }

    /** Takes back an event that has not happened yet; else does nothing. */
    public void cancel(Event event) {
        locked(() -> {
            events.remove(event);
        });
    }

    /**
     * Functions that begin from now on are slow with this probability: each of their calls, and their end, comes late by up to {@code
     * latest}, drawn from the seed; simulated time only. Else what functions do takes no time.
     */
    public void slowDown(double rate, Duration latest) {
        locked(() -> {
            slowRate = rate;
            slowest = latest;
        });
    }

    /** A function begins to run. From now on simulated time waits for it. */
    public FunctionRun begin(String name) {
        return locked(() -> {
            boolean isSlow = slowRate > 0 && random.nextDouble() < slowRate;
            FunctionRun run = new FunctionRun(name, numbers++, isSlow);
            runs.add(run);
            return run;
        });
    }

    /**
     * Waits for this function's turn, does {@code body} under the lock, and gives its result back.
     *
     * @throws RunGone if the function was killed meanwhile: its call must not be answered
     */
    public <T> T call(FunctionRun run, Supplier<T> body) {
        lock.lock();
        try {
            if (run.gone) {
                throw new RunGone(run.name);
            }
            if (!simulated) {
                T result = body.get();
                if (run.gone) {
                    throw new RunGone(run.name);
                }
                return result;
            }
            Turn<T> turn = new Turn<>(body);
            run.turn = turn;
            changed.signalAll();
            while (!turn.done && !run.gone && !closed) {
                changed.awaitUninterruptibly();
            }
            if (run.gone || closed) {
                throw new RunGone(run.name);
            }
            return turn.result();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /** The function has returned: {@code completion} is done under the lock when its turn comes, unless it was killed. */
    public void end(FunctionRun run, Runnable completion) {
        locked(() -> {
            if (run.gone) {
                return;
            }
            Runnable last = () -> {
                runs.remove(run);
                run.gone = true;
                completion.run();
            };
            if (simulated) {
                run.last = last;
            } else {
                last.run();
            }
        });
    }

    /** The function's process is gone: no further call of it is answered, and time does not wait for it any more. */
    public void kill(FunctionRun run) {
        locked(() -> {
            run.gone = true;
            runs.remove(run);
        });
    }

    /** Lets things happen until {@code done} holds or nothing is left to happen; simulated time only. */
    public void runUntil(BooleanSupplier done) {
        if (!simulated) {
            throw new IllegalStateException("real time runs by itself");
        }
        lock.lock();
        try {
            while (!done.getAsBoolean()) {
                awaitAllWaiting();
                if (!step()) {
                    return;
                }
            }
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /** Lets things happen until nothing is left to happen but schedules; simulated time only. */
    public void runUntilQuiet() {
        runUntil(() -> false);
    }

    private void awaitAllWaiting() {
        long nanos = STUCK_AFTER.toNanos();
        while (runs.stream().anyMatch(FunctionRun::isRunning)) {
            if (nanos <= 0) {
                throw new IllegalStateException("a function neither calls nor ends: " + runs);
            }
            try {
                nanos = changed.awaitNanos(nanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while functions run", e);
            }
        }
    }

    /** The one decision: which of the pending turns, or the event that is due, is next. */
    private boolean step() {
        runs.forEach(this::schedule);
        List<FunctionRun> ready = ready();
        Event due = events.peek();
        boolean eventIsDue = due != null && !due.at.isAfter(simulatedNow);
        if (ready.isEmpty() && !eventIsDue) {
            if (runs.isEmpty() && events.stream().allMatch(e -> e.background)) {
                return false;
            }
            simulatedNow = Stream.concat(
                            runs.stream().map(run -> run.readyAt),
                            Stream.ofNullable(due).map(e -> e.at))
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
            ready = ready();
            eventIsDue = due != null && !due.at.isAfter(simulatedNow);
        }
        int choices = ready.size() + (eventIsDue ? 1 : 0);
        int choice = choices == 1 ? 0 : random.nextInt(choices);
        if (choice < ready.size()) {
            ready.get(choice).takeTurn();
        } else {
            events.remove(due);
            due.body.run();
        }
        changed.signalAll();
        return true;
    }

    private List<FunctionRun> ready() {
        return runs.stream().filter(run -> !run.readyAt.isAfter(simulatedNow)).toList();
    }

    /** When the turn that a function waits for comes; drawn here, where the order of the functions is always the same. */
    private void schedule(FunctionRun run) {
        if (!run.isScheduled) {
            run.isScheduled = true;
            run.readyAt = run.isSlow ? simulatedNow.plusMillis(random.nextLong(slowest.toMillis() + 1)) : simulatedNow;
        }
    }

    private void fireEvents() {
        lock.lock();
        try {
            while (!closed) {
                Event next = events.peek();
                if (next == null) {
                    changed.awaitUninterruptibly();
                } else if (next.at.isAfter(now())) {
                    long nanos = (long) (Duration.between(now(), next.at).toNanos() / speed) + 1;
                    changed.await(nanos, TimeUnit.NANOSECONDS);
                } else {
                    events.poll();
                    fire(next);
                    changed.signalAll();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** A fault of the sandbox itself must not stop the clock for everybody else; in simulated time it fails the test. */
    private static void fire(Event event) {
        try {
            event.body.run();
        } catch (RuntimeException e) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, e);
        }
    }

    /** Ends the clock's thread; waiting functions are let go as killed. */
    @Override
    public void close() {
        locked(() -> {
            closed = true;
        });
    }

    /** Something that is due at a time. */
    public static final class Event {
        private final Instant at;
        private final long number;
        private final boolean background;
        private final Runnable body;

        private Event(Instant at, long number, boolean background, Runnable body) {
            this.at = at;
            this.number = number;
            this.background = background;
            this.body = body;
        }
    }

    /** A running invocation of a function. */
    public static final class FunctionRun {
        private final String name;
        private final long number;
        private final boolean isSlow;
        private @Nullable Turn<?> turn;
        private @Nullable Runnable last;
        private Instant readyAt = Instant.MIN;
        private boolean isScheduled;
        private boolean gone;

        private FunctionRun(String name, long number, boolean isSlow) {
            this.name = name;
            this.number = number;
            this.isSlow = isSlow;
        }

        private boolean isRunning() {
            return turn == null && last == null;
        }

        private void takeTurn() {
            Turn<?> next = turn;
            turn = null;
            isScheduled = false;
            if (next != null) {
                next.run();
            } else if (last != null) {
                last.run();
            }
        }

        @Override
        public String toString() {
            return name + "#" + number + (isRunning() ? " (running)" : " (waiting)");
        }
    }

    /** Thrown into a call whose function was killed: no answer may be written. */
    public static final class RunGone extends RuntimeException {
        private RunGone(String name) {
            super(name + " was killed");
        }
    }

    private static final class Turn<T> {
        private final Supplier<T> body;
        private @Nullable T result;
        private @Nullable RuntimeException failure;
        private boolean done;

        private Turn(Supplier<T> body) {
            this.body = body;
        }

        private void run() {
            try {
                result = body.get();
            } catch (RuntimeException e) {
                failure = e;
            }
            done = true;
        }

        private T result() {
            if (failure != null) {
                throw failure;
            }
            if (result == null) {
                throw new IllegalStateException("a call without a result");
            }
            return result;
        }
    }
}
