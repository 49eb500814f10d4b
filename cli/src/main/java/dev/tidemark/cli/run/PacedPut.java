package dev.tidemark.cli.run;

import dev.tidemark.samplesevents.SampleEvent;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Puts events on a stream at a steady pace and says how far it is. The pace is for people to watch; nothing depends on
 * it.
 */
final class PacedPut {

    /** Takes one event. */
    @FunctionalInterface
    interface Sink {

        /** Returns false if the stream does not take it now; it is offered again a little later. */
        boolean put(String partitionKey, byte[] data);
    }

    /** Is told the progress from time to time. */
    interface Progress {

        /**
         * @param put events on the stream so far
         * @param pending records of the stream that are not folded yet
         */
        void progress(int put, int total, long pending);

        /** All events were put, and nothing is pending. */
        void done(int total);
    }

    private static final long REPORT_MILLIS = 500;
    private static final long LOOK_MILLIS = 100;

    private final List<SampleEvent> events;
    private final int eventsPerSecond;
    private final LongSupplier clockMillis;
    private long reportedMillis;

    /** @param eventsPerSecond 0 for as fast as possible */
    PacedPut(List<SampleEvent> events, int eventsPerSecond, LongSupplier clockMillis) {
        this.events = events;
        this.eventsPerSecond = eventsPerSecond;
        this.clockMillis = clockMillis;
    }

    /** How long it will take, about. */
    static long durationMillis(int events, int eventsPerSecond) {
        return eventsPerSecond == 0 ? 0 : events * 1000L / eventsPerSecond;
    }

    /**
     * Blocks until all events are put and nothing is pending, or the thread is interrupted.
     *
     * @param pending how many records of the stream are not folded yet
     */
    void run(Sink sink, LongSupplier pending, Progress progress) throws InterruptedException {
        long startMillis = clockMillis.getAsLong();
        // The first report comes at once, because a displayed rate counts from it.
        reportedMillis = startMillis - REPORT_MILLIS;
        for (int i = 0; i < events.size(); i++) {
            SampleEvent event = events.get(i);
            long dueMillis = startMillis + durationMillis(i, eventsPerSecond);
            report(i, pending, progress);
            long aheadMillis = dueMillis - clockMillis.getAsLong();
            if (aheadMillis > 0) {
                Thread.sleep(aheadMillis);
            }
            while (!sink.put(event.partitionKey(), event.bytes())) {
                report(i, pending, progress);
                Thread.sleep(LOOK_MILLIS);
            }
        }
        while (pending.getAsLong() > 0) {
            report(events.size(), pending, progress);
            Thread.sleep(LOOK_MILLIS);
        }
        progress.done(events.size());
    }

    private void report(int put, LongSupplier pending, Progress progress) {
        long nowMillis = clockMillis.getAsLong();
        if (nowMillis - reportedMillis >= REPORT_MILLIS) {
            progress.progress(put, events.size(), pending.getAsLong());
            reportedMillis = nowMillis;
        }
    }
}
