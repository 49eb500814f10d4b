package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;

/**
 * Two states of one type, between which a rule divides the events; see {@link SplitType}.
 *
 * <p>Encoding: one byte, 1 if the first holds something, + 2 if the second does; then those that do.
 */
final class SplitState implements Subtractable {

    private static final int FIRST = 1;
    private static final int SECOND = 2;

    private final SplitType type;
    private final State first;
    private final State second;

    SplitState(SplitType type, State first, State second) {
        this.type = type;
        this.first = first;
        this.second = second;
    }

    static SplitState read(SplitType type, ByteReader in, String shardId) {
        int held = in.readByte();
        if (held < FIRST || held > (FIRST | SECOND)) {
            throw new IllegalArgumentException(held + " in place of what a split state holds");
        }
        State first = (held & FIRST) != 0
                ? type.inner().read(in, shardId)
                : type.inner().create();
        State second = (held & SECOND) != 0
                ? type.inner().read(in, shardId)
                : type.inner().create();
        return new SplitState(type, first, second);
    }

    State first() {
        return first;
    }

    State second() {
        return second;
    }

    @Override
    public void add(EventRow row) {
        switch (type.rule().sideOf(row)) {
            case FIRST -> first.add(row);
            case SECOND -> second.add(row);
            case NEITHER -> {}
        }
    }

    @Override
    public void merge(State other) {
        SplitState that = (SplitState) other;
        first.merge(that.first);
        second.merge(that.second);
    }

    /** Both states are subtractable. */
    @Override
    public void subtract(State part) {
        SplitState that = (SplitState) part;
        ((Subtractable) first).subtract(that.first);
        ((Subtractable) second).subtract(that.second);
    }

    @Override
    public void writeTo(ByteWriter out) {
        out.writeByte((first.isEmpty() ? 0 : FIRST) | (second.isEmpty() ? 0 : SECOND));
        if (!first.isEmpty()) {
            first.writeTo(out);
        }
        if (!second.isEmpty()) {
            second.writeTo(out);
        }
    }

    @Override
    public boolean isEmpty() {
        return first.isEmpty() && second.isEmpty();
    }
}
