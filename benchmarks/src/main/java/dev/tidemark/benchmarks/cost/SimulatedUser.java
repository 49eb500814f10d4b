package dev.tidemark.benchmarks.cost;

import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One user's events, as the batches of the shard contain them. */
final class SimulatedUser {

    static final Lane LANE = new Lane(
            "arn:aws:kinesis:us-east-1:111122223333:stream/shop-events", 1_700_000_000_000L, "shardId-000000000000");

    /** With the fifteen digits that follow, as long as a real one. */
    private static final String SEQUENCE_PREFIX = "49590338271490256608559692538361571095921";

    private static final long SEQUENCES_PER_MILLI = 100;
    static final long DELAY_MILLIS = 100;
    private static final int MAX_PRICE_CENTS = 50_000;

    private final String entity;
    private final SplittableRandom random;
    private long lastSequence;

    SimulatedUser(String entity, long seed) {
        this.entity = entity;
        this.random = new SplittableRandom(seed);
    }

    /**
     * A time in which the user sends.
     *
     * @param startMillis inclusive
     * @param endMillis exclusive
     * @param batchMillis the events of each such slice of time are in one batch
     * @param priceFactor prices are that many times higher, so that fewer events have the sums of many
     */
    record Stretch(long startMillis, long endMillis, double eventsPerSecond, double batchMillis, long priceFactor) {}

    /** Hands out the batches of a stretch in order, leaving out the slices without an event. */
    void send(Stretch stretch, Consumer<Batch> batches) {
        List<RawRecord> records = new ArrayList<>();
        double sliceEnd = stretch.startMillis() + stretch.batchMillis();
        double at = next((double) stretch.startMillis(), stretch);
        while (at < stretch.endMillis()) {
            if (at >= sliceEnd) {
                flush(records, batches);
                sliceEnd += Math.ceil((at - sliceEnd + 1e-6) / stretch.batchMillis()) * stretch.batchMillis();
            }
            records.add(event((long) at, stretch.priceFactor()));
            at = next(at, stretch);
        }
        flush(records, batches);
    }

    private double next(double millis, Stretch stretch) {
        return millis - Math.log1p(-random.nextDouble()) * 1000 / stretch.eventsPerSecond();
    }

    private static void flush(List<RawRecord> records, Consumer<Batch> batches) {
        if (!records.isEmpty()) {
            batches.accept(new Batch(LANE, records));
            records.clear();
        }
    }

    private RawRecord event(long millis, long priceFactor) {
        long cents = priceFactor * random.nextInt(100, MAX_PRICE_CENTS);
        String json = "{\"ts\":" + millis + ",\"user_id\":\"" + entity + "\",\"price\":" + cents / 100 + "."
                + cents / 10 % 10 + cents % 10 + "}";
        lastSequence = Math.max(lastSequence + 1, millis * SEQUENCES_PER_MILLI);
        Position position = new Position(SEQUENCE_PREFIX + lastSequence, 0);
        return new RawRecord(position, millis + DELAY_MILLIS, entity, json.getBytes(StandardCharsets.UTF_8));
    }
}
