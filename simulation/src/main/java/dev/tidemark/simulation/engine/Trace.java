package dev.tidemark.simulation.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** The steps of a run, a line each: when, who, what. Never a payload. Costs nothing when it is off. */
public final class Trace {

    private static final int MAX_LINES = 100_000;

    private final boolean on;
    private final long startMillis;
    private final List<String> lines = new ArrayList<>();

    private Trace(boolean on, long startMillis) {
        this.on = on;
        this.startMillis = startMillis;
    }

    public static Trace off() {
        return new Trace(false, 0);
    }

    /** @param startMillis where times count from */
    public static Trace from(long startMillis) {
        return new Trace(true, startMillis);
    }

    void add(long nowMillis, String who, Supplier<String> what) {
        if (on && lines.size() < MAX_LINES) {
            double seconds = (nowMillis - startMillis) / 1000.0;
            lines.add(String.format(Locale.ROOT, "%10.3f %-8s %s", seconds, who, what.get()));
        }
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }
}
