package dev.tidemark.cli;

import java.io.PrintWriter;

/** Tells how far a long command is: one line that is written over on a terminal, a line now and then elsewhere. */
final class StatusLine {

    private static final long PAUSE_MILLIS = 1_000;

    private final PrintWriter out;
    private final boolean terminal = Boolean.getBoolean("tidemark.terminal");
    private long shownMillis = Long.MIN_VALUE;
    private boolean lineIsOpen;

    StatusLine(PrintWriter out) {
        this.out = out;
    }

    /** May be passed over if another one was shown within the second. */
    synchronized void show(String text) {
        long nowMillis = System.currentTimeMillis();
        if (shownMillis != Long.MIN_VALUE && nowMillis - shownMillis < PAUSE_MILLIS) {
            return;
        }
        shownMillis = nowMillis;
        if (terminal) {
            out.print("\r" + text + "   ");
            lineIsOpen = true;
        } else {
            out.println(text);
        }
        out.flush();
    }

    synchronized void note(String text) {
        if (lineIsOpen) {
            out.println();
            lineIsOpen = false;
        }
        out.println(text);
        out.flush();
    }
}
