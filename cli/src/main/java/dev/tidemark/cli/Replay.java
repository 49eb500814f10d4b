package dev.tidemark.cli;

import dev.tidemark.samplesevents.SampleEvent;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Puts events on a stream at a steady pace and says how far it is. The pace is for people to watch; nothing depends on
 * it.
 */
final class Replay {

    /** Takes one event. */
    @FunctionalInterface
    interface Sink {

        void put(String partitionKey, byte[] data);
    }

    /** Is told now and then how many events were put. */
    @FunctionalInterface
    interface Progress {

        void at(int events, int total);
    }

    private static final long REPORT_MILLIS = 500;

    private final List<SampleEvent> events;
    private final int eventsPerSecond;
    private final LongSupplier clockMillis;

    /** @param eventsPerSecond 0 for as fast as possible */
    Replay(List<SampleEvent> events, int eventsPerSecond, LongSupplier clockMillis) {
        this.events = events;
        this.eventsPerSecond = eventsPerSecond;
        this.clockMillis = clockMillis;
    }

    /** How long it will take, about. */
    static long durationMillis(int events, int eventsPerSecond) {
        return eventsPerSecond == 0 ? 0 : events * 1000L / eventsPerSecond;
    }

    /** Blocks until all events are put, or the thread is interrupted. */
    void run(Sink sink, Progress progress) throws InterruptedException {
        long startMillis = clockMillis.getAsLong();
        long reportedMillis = startMillis;
        for (int i = 0; i < events.size(); i++) {
            SampleEvent event = events.get(i);
            long dueMillis = startMillis + durationMillis(i, eventsPerSecond);
            long nowMillis = clockMillis.getAsLong();
            if (nowMillis - reportedMillis >= REPORT_MILLIS) {
                progress.at(i, events.size());
                reportedMillis = nowMillis;
            }
            if (dueMillis > nowMillis) {
                Thread.sleep(dueMillis - nowMillis);
            }
            sink.put(event.partitionKey(), event.bytes());
        }
        progress.at(events.size(), events.size());
    }
}
