package dev.tidemark.samplesevents;

import dev.tidemark.oracle.StreamRecord;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Moves sample events in time. Their event times lie in January 2026; a record put into a stream arrives now. So a
 * replay first shifts the event times until the stream ends now; then windows that end now are full.
 */
public final class SampleReplay {

    private static final long HOUR_MILLIS = 3_600_000L;

    /** As long as Kinesis's own, and of the same length for every record. */
    private static final BigInteger FIRST_SEQUENCE_NUMBER =
            BigInteger.valueOf(496).multiply(BigInteger.TEN.pow(53));

    private SampleReplay() {}

    /** See {@link SampleEvent#shift}. */
    public static String shift(String line, long deltaMillis) {
        return SampleEvent.parse(line).shift(deltaMillis).toLine();
    }

    /** All events, shifted; their order and offsets stay. */
    public static List<SampleEvent> shift(List<SampleEvent> events, long deltaMillis) {
        return events.stream().map(event -> event.shift(deltaMillis)).toList();
    }

    /** When the last event arrives at the pace of the generated stream; the start for no events. */
    public static long endMillis(List<SampleEvent> events) {
        return SampleEvent.START_MILLIS
                + events.stream().mapToLong(SampleEvent::offsetMillis).max().orElse(0);
    }

    /**
     * The shift after which the stream ends at {@code nowMillis}. For a replay that takes a while, give the moment at
     * which it will be over: then no event comes before its time, as long as the replay is no slower than life.
     */
    public static long deltaToEndAt(List<SampleEvent> events, long nowMillis) {
        return nowMillis - endMillis(events);
    }

    /**
     * The events of the last stretch, then all earlier ones; each part in its order. So whoever asks while a replay is
     * young finds values in the windows of that length, and the longer windows fill up with late events.
     */
    public static List<SampleEvent> newestFirst(List<SampleEvent> events, Duration newest) {
        long fromMillis = endMillis(events) - newest.toMillis();
        return Stream.concat(
                        events.stream().filter(event -> event.arrivalMillis() >= fromMillis),
                        events.stream().filter(event -> event.arrivalMillis() < fromMillis))
                .toList();
    }

    /**
     * The greatest shift by whole hours after which the stream ends not later than {@code nowMillis}. Tiles of up to an
     * hour then hold the same events as in the generated stream, so the expected answers hold, shifted alike.
     */
    public static long wholeHoursToEndBy(List<SampleEvent> events, long nowMillis) {
        return Math.floorDiv(deltaToEndAt(events, nowMillis), HOUR_MILLIS) * HOUR_MILLIS;
    }

    /** The records as they arrive at the pace of the generated stream, in a stream of the sample's shards. */
    public static List<StreamRecord> asGenerated(Sample sample, List<SampleEvent> events) {
        List<StreamRecord> records = new ArrayList<>();
        for (SampleEvent event : events) {
            records.add(new StreamRecord(
                    sample.stream(),
                    String.format(Locale.ROOT, "shardId-%012d", shardOf(event.partitionKey(), sample.shards())),
                    FIRST_SEQUENCE_NUMBER
                            .add(BigInteger.valueOf(records.size()))
                            .toString(),
                    0,
                    event.arrivalMillis(),
                    event.bytes()));
        }
        return records;
    }

    /** As Kinesis does: the key's MD5 as a number, in equal ranges. */
    static int shardOf(String partitionKey, int shards) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(partitionKey.getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, digest)
                    .multiply(BigInteger.valueOf(shards))
                    .shiftRight(128)
                    .intValueExact();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
