package dev.tidemark.cli;

import dev.tidemark.training.Progress;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Shows how far a long command is: on a terminal a bar that is written over, else a line for each stage. Thread-safe.
 */
final class ProgressLine implements Progress, AutoCloseable {

    private static final long INTERVAL_NANOS = 200_000_000L;
    private static final int BAR_CHARACTERS = 30;

    private final PrintWriter err;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private final AtomicLong done = new AtomicLong();
    private Stage stage = Stage.SPINE;
    private long total = -1;
    private long shownNanos;
    private boolean lineIsOpen;

    /** @param terminal whether a line may be written over */
    ProgressLine(PrintWriter err, boolean terminal, LongSupplier nanoTime) {
        this.err = err;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized void stage(Stage next, long ofTotal) {
        endLine();
        stage = next;
        total = ofTotal;
        done.set(0);
        if (!terminal) {
            err.println(stage.text() + (total < 0 ? "" : ": " + total + " " + stage.unit()));
            err.flush();
        }
    }

    @Override
    public void advance(long by) {
        long now = done.addAndGet(by);
        if (terminal) {
            show(now);
        }
    }

    private synchronized void show(long now) {
        long nanos = nanoTime.getAsLong();
        if (lineIsOpen && nanos - shownNanos < INTERVAL_NANOS) {
            return;
        }
        shownNanos = nanos;
        write(now);
    }

    private void write(long now) {
        err.print("\r" + stage.text() + "  " + (total > 0 ? bar(now) : now + " " + stage.unit()) + "   ");
        err.flush();
        lineIsOpen = true;
    }

    private String bar(long now) {
        int filled = (int) Math.min(BAR_CHARACTERS, BAR_CHARACTERS * now / total);
        return "[" + "#".repeat(filled) + ".".repeat(BAR_CHARACTERS - filled) + "] " + now + " of " + total + " "
                + stage.unit();
    }

    private void endLine() {
        if (lineIsOpen) {
            write(done.get());
            err.println();
            err.flush();
            lineIsOpen = false;
        }
    }

    @Override
    public synchronized void close() {
        endLine();
    }
}
