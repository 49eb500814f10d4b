package dev.tidemark.cli.terminal;

import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a long command is: on a terminal one line that is written over, with a bar, the rate and the time that is
 * left where the whole is known; elsewhere a line for each stage, or now and then. Thread-safe.
 */
public final class ProgressLine implements AutoCloseable {

    private static final long BAR_NANOS = 200_000_000L;
    private static final long LINE_NANOS = 1_000_000_000L;
    private static final int BAR_CHARACTERS = 30;
    private static final int SECONDS_PER_MINUTE = 60;

    private final PrintWriter out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private final AtomicLong done = new AtomicLong();
    private String what = "";
    private String unit = "";
    private long total = -1;
    private long begunNanos;
    private @Nullable Long shownNanos;
    private int shownCharacters;

    /** @param terminal whether a line may be written over */
    ProgressLine(PrintWriter out, boolean terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
    }

    /** On a terminal if the command's output goes to one. */
    public static ProgressLine on(PrintWriter out) {
        return new ProgressLine(out, Boolean.getBoolean("tidemark.terminal"), System::nanoTime);
    }

    /**
     * Begins with something that can be counted.
     *
     * @param of how much there is of it; negative if that is not known
     */
    public synchronized void stage(String name, String ofUnit, long of) {
        end();
        what = name;
        unit = ofUnit;
        total = of;
        done.set(0);
        begunNanos = nanoTime.getAsLong();
        if (!terminal) {
            line(what + (total < 0 ? "" : ": " + total + " " + unit));
        }
    }

    /** That much more of the stage is done. */
    public void advance(long by) {
        long now = done.addAndGet(by);
        if (terminal) {
            show(now);
        }
    }

    private synchronized void show(long now) {
        if (isTime(BAR_NANOS)) {
            over(counted(now));
        }
    }

    /** Shows a text instead of the last one; may be passed over if that was shown within the second. */
    public synchronized void show(String text) {
        if (!isTime(LINE_NANOS)) {
            return;
        }
        if (terminal) {
            over(text);
        } else {
            line(text);
        }
    }

    /** A line that stays. */
    public synchronized void note(String text) {
        end();
        line(text);
    }

    private boolean isTime(long intervalNanos) {
        long nanos = nanoTime.getAsLong();
        boolean isTime = shownNanos == null || nanos - shownNanos >= intervalNanos;
        if (isTime) {
            shownNanos = nanos;
        }
        return isTime;
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }

    private void over(String text) {
        out.print("\r" + text + " ".repeat(Math.max(0, shownCharacters - text.length())));
        out.flush();
        shownCharacters = text.length();
    }

    private String counted(long now) {
        double seconds = (nanoTime.getAsLong() - begunNanos) / 1e9;
        long rate = seconds <= 0 ? 0 : Math.round(now / seconds);
        String text = what + "  " + (total > 0 ? bar(now) : "") + now + (total > 0 ? " of " + total : "") + " " + unit;
        return rate == 0 ? text : text + ", " + rate + "/s" + (total > now ? ", " + left((total - now) / rate) : "");
    }

    private String bar(long now) {
        int filled = (int) Math.min(BAR_CHARACTERS, BAR_CHARACTERS * now / total);
        return "[" + "#".repeat(filled) + ".".repeat(BAR_CHARACTERS - filled) + "] ";
    }

    private static String left(long seconds) {
        return seconds < SECONDS_PER_MINUTE
                ? seconds + " s left"
                : seconds / SECONDS_PER_MINUTE + " min " + seconds % SECONDS_PER_MINUTE + " s left";
    }

    private void end() {
        if (shownCharacters > 0) {
            if (!what.isEmpty()) {
                over(counted(done.get()));
            }
            out.println();
            out.flush();
        }
        what = "";
        shownCharacters = 0;
        shownNanos = null;
    }

    @Override
    public synchronized void close() {
        end();
    }
}
