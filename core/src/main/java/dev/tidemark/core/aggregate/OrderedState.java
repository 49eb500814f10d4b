package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of the first or the last few events in the order of {@link TimedValue}. Stored best first: their number,
 * then each with its distance in time from the one before.
 */
final class OrderedState implements State {

    private final Type type;

    /** Best first: oldest first for the first values, newest first for the last. */
    private final @Nullable TimedValue[] best;

    private int size;

    private OrderedState(Type type) {
        this.type = type;
        best = new TimedValue[type.limit];
    }

    /** {@code first_n(path,n)} or {@code last_n(path,n)}; {@code first} and {@code last} keep one. */
    record Type(int slot, String path, int limit, boolean latest) implements StateType {

        @Override
        public String id() {
            return (latest ? "last_n(" : "first_n(") + path + "," + limit + ")";
        }

        @Override
        public State create() {
            return new OrderedState(this);
        }

        @Override
        public State read(ByteReader in, String shardId) {
            OrderedState state = new OrderedState(this);
            int size = in.readCount(limit);
            long timeMillis = 0;
            for (int i = 0; i < size; i++) {
                long distance = in.readVarint();
                timeMillis = i == 0 ? distance : latest ? timeMillis - distance : timeMillis + distance;
                state.best[i] = TimedValue.read(in, timeMillis, shardId);
            }
            state.size = size;
            return state;
        }

        @Override
        public int maxEncodedBytes() {
            return ByteWriter.varintBytes(limit) + limit * TimedValue.MAX_ENCODED_BYTES;
        }
    }

    /** The values, best first. */
    List<Object> values() {
        List<Object> values = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            values.add(at(i).value());
        }
        return values;
    }

    @Override
    public void add(EventRow row) {
        if (size == type.limit && isWorse(row.eventTimeMillis(), at(size - 1).timeMillis())) {
            return;
        }
        Object value = Inputs.scalar(row, type.slot);
        if (value != null) {
            insert(TimedValue.of(row, value));
        }
    }

    @Override
    public void merge(State other) {
        OrderedState more = (OrderedState) other;
        for (int i = 0; i < more.size; i++) {
            insert(more.at(i));
        }
    }

    @Override
    public void writeTo(ByteWriter out) {
        out.writeVarint(size);
        long before = 0;
        for (int i = 0; i < size; i++) {
            TimedValue value = at(i);
            long timeMillis = value.timeMillis();
            out.writeVarint(i == 0 ? timeMillis : type.latest ? before - timeMillis : timeMillis - before);
            value.writeTo(out);
            before = timeMillis;
        }
    }

    @Override
    public boolean isEmpty() {
        return size == 0;
    }

    private boolean isWorse(long timeMillis, long thanMillis) {
        return type.latest ? timeMillis < thanMillis : timeMillis > thanMillis;
    }

    private void insert(TimedValue candidate) {
        int place = size;
        while (place > 0 && isBetter(candidate, at(place - 1))) {
            place--;
        }
        if (place == type.limit) {
            return;
        }
        size = Math.min(size + 1, type.limit);
        System.arraycopy(best, place, best, place + 1, size - place - 1);
        best[place] = candidate;
    }

    private boolean isBetter(TimedValue a, TimedValue b) {
        return type.latest ? a.compareTo(b) > 0 : a.compareTo(b) < 0;
    }

    private TimedValue at(int i) {
        TimedValue value = best[i];
        if (value == null) {
            throw new IllegalStateException("no value at " + i + " of " + size + ": " + Arrays.toString(best));
        }
        return value;
    }
}
