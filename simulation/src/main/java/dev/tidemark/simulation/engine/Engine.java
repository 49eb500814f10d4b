package dev.tidemark.simulation.engine;

import java.util.EnumMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Simulated time and chance of one run. Everything that happens is a task in one queue, ordered by time, and by chance
 * among tasks of one moment; the seed decides it all. One thread.
 */
public final class Engine {

    private static final long ASIDE = 0x5DEECE66DL;

    private final RandomGenerator random;
    private final RandomGenerator aside;
    private final PriorityQueue<Task> queue = new PriorityQueue<>();
    private final Coverage coverage = new Coverage();
    private final Trace trace;
    private final Thread thread = Thread.currentThread();
    private final Map<Dial, Integer> perMille = new EnumMap<>(Dial.class);
    private long nowMillis;
    private long added;
    private @Nullable String failure;

    private record Task(long atMillis, int tie, long order, Runnable body) implements Comparable<Task> {

        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(atMillis, other.atMillis);
            int byTie = byTime != 0 ? byTime : Integer.compare(tie, other.tie);
            return byTie != 0 ? byTie : Long.compare(order, other.order);
        }
    }

    public Engine(long seed, Dials dials, long startMillis, Trace trace) {
        this.random = new SplittableRandom(seed);
        this.aside = new SplittableRandom(seed ^ ASIDE);
        perMille.putAll(dials.perMille());
        this.nowMillis = startMillis;
        this.trace = trace;
    }

    public long nowMillis() {
        return nowMillis;
    }

    public RandomGenerator random() {
        return random;
    }

    /** For faults that came later, so that seeds which do not have them still run as they did. */
    public RandomGenerator aside() {
        return aside;
    }

    public Coverage coverage() {
        return coverage;
    }

    /** Ends all faults. What they have set going still happens. */
    public void calm() {
        perMille.clear();
        note("all", () -> "calm");
    }

    /** Whether a fault strikes here and now. Draws a number in any case, so that one dial leaves the others alone. */
    public boolean strikes(Dial dial) {
        return strikes(random, dial);
    }

    /** The same from a random source of one's own. */
    public boolean strikes(RandomGenerator source, Dial dial) {
        boolean strikes = source.nextInt(1000) < perMille.getOrDefault(dial, 0);
        if (strikes) {
            coverage.struck(dial);
        }
        return strikes;
    }

    public void happened(Happening happening) {
        coverage.happened(happening, 1);
    }

    public void happened(Happening happening, long times) {
        coverage.happened(happening, times);
    }

    /** A number from {@code low} to {@code high}, both included. */
    public long between(long low, long high) {
        if (low > high) {
            throw new IllegalArgumentException("nothing lies between " + low + " and " + high);
        }
        return random.nextLong(low, high + 1);
    }

    /** Runs a task later; tasks of one moment run in an order of chance. */
    public void after(long delayMillis, Runnable body) {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("another thread in the simulation: " + Thread.currentThread());
        }
        queue.add(new Task(nowMillis + Math.max(0, delayMillis), random.nextInt(), added++, body));
    }

    /**
     * Runs tasks until there are none, or something has failed.
     *
     * @param maxTasks more than any run needs; that many mean that it would go on for ever
     */
    public void run(long maxTasks) {
        for (long tasks = 0; failure == null; tasks++) {
            Task task = queue.poll();
            if (task == null) {
                return;
            }
            if (tasks >= maxTasks) {
                fail("no end after " + tasks + " steps, " + queue.size() + " tasks waiting");
                return;
            }
            nowMillis = task.atMillis();
            task.body().run();
        }
    }

    /** The first failure ends the run. */
    public void fail(String what) {
        if (failure == null) {
            failure = what;
            note("FAILED", () -> what);
        }
    }

    /** What went wrong; null if nothing did. */
    public @Nullable String failure() {
        return failure;
    }

    /** Adds a line to the trace, if one is written. */
    public void note(String who, Supplier<String> what) {
        trace.add(nowMillis, who, what);
    }
}
