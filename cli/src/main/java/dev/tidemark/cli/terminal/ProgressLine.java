package dev.tidemark.cli.terminal;

import dev.tidemark.training.Progress;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Shows how far a long command is: on a terminal one line that is written over, with a bar, the rate and the time that is
 * left where the whole is known; elsewhere a line when a stage begins, and one every ten seconds. Thread-safe.
 */
public final class ProgressLine implements Progress, AutoCloseable {

    /** The system property by which the launcher says how wide the terminal is. */
    private static final String COLUMNS = "tidemark.columns";

    private static final long BAR_NANOS = 200_000_000L;
    private static final long LINE_NANOS = 10_000_000_000L;
    private static final int BAR_CHARACTERS = 30;
    private static final int SECONDS_PER_MINUTE = 60;

    private final PrintWriter out;
    private final int columns;
    private final LongSupplier nanoTime;
    private final AtomicLong done = new AtomicLong();
    private String what = "";
    private String unit = "";
    private String besides = "";
    private long total = -1;
    private long begunNanos;
    private volatile long dueNanos;
    private int shownCharacters;

    /** @param columns of the terminal, on which a line may be written over; 0 if the output goes elsewhere */
    public ProgressLine(PrintWriter out, int columns, LongSupplier nanoTime) {
        this.out = out;
        this.columns = columns;
        this.nanoTime = nanoTime;
    }

    /** On a terminal if the command's output goes to one. */
    public static ProgressLine on(PrintWriter out) {
        return new ProgressLine(out, Integer.getInteger(COLUMNS, 0), System::nanoTime);
    }

    /** Whether a line may be written over. */
    public boolean isOnTerminal() {
        return columns > 0;
    }

    @Override
    public void stage(Stage stage, long of) {
        stage(stage.text(), stage.unit(), of);
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
        besides = "";
        done.set(0);
        begunNanos = nanoTime.getAsLong();
        dueNanos = begunNanos + (isOnTerminal() ? 0 : LINE_NANOS);
        if (!isOnTerminal()) {
            line(out, what + (total < 0 ? "" : ": " + total + " " + unit));
        }
    }

    /** Adds to what is done of the stage. */
    @Override
    public void advance(long by) {
        done.addAndGet(by);
        if (isDue()) {
            show();
        }
    }

    /**
     * Sets what is done of the stage.
     *
     * @param of how much there is of it; negative if that is not known
     * @param more more to show; empty for nothing
     */
    public synchronized void reach(long now, long of, String more) {
        done.set(now);
        total = of;
        tell(more);
    }

    /** What there is to tell besides what is counted. */
    public synchronized void tell(String more) {
        besides = more;
        if (isDue()) {
            show();
        }
    }

    /** A line that stays; the stage goes on. */
    public void note(String text) {
        note(out, text);
    }

    /** A line that stays, where else than on the progress' own output. */
    public synchronized void note(PrintWriter to, String text) {
        leave();
        line(to, text);
    }

    private boolean isDue() {
        return nanoTime.getAsLong() - dueNanos >= 0;
    }

    private synchronized void show() {
        if (what.isEmpty()) {
            return;
        }
        dueNanos = nanoTime.getAsLong() + (isOnTerminal() ? BAR_NANOS : LINE_NANOS);
        if (isOnTerminal()) {
            over(counted());
        } else {
            line(out, counted());
        }
    }

    private static void line(PrintWriter to, String text) {
        to.println(text);
        to.flush();
    }

    /** A line that is wider than the terminal could not be written over. */
    private void over(String whole) {
        String text = whole.substring(0, Math.min(whole.length(), columns - 1));
        out.print("\r" + text + " ".repeat(Math.max(0, shownCharacters - text.length())));
        out.flush();
        shownCharacters = text.length();
    }

    private String counted() {
        long now = done.get();
        double seconds = (nanoTime.getAsLong() - begunNanos) / 1e9;
        long rate = seconds <= 0 ? 0 : Math.round(now / seconds);
        String text = now + (total > 0 ? " of " + total : "") + " " + unit;
        String speed = rate == 0 ? "" : ", " + rate + "/s" + (total > now ? ", " + left((total - now) / rate) : "");
        String figures = text + speed + (besides.isEmpty() ? "" : ", " + besides);
        boolean hasRoom = what.length() + BAR_CHARACTERS + figures.length() + 6 <= columns;
        return what + "  " + (total > 0 && hasRoom ? bar(now) : "") + figures;
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
        if (shownCharacters > 0 && !what.isEmpty()) {
            over(counted());
        }
        leave();
        what = "";
    }

    private void leave() {
        if (shownCharacters > 0) {
            line(out, "");
            shownCharacters = 0;
        }
    }

    /** Ends the stage; another may begin. */
    @Override
    public synchronized void close() {
        end();
    }
}
