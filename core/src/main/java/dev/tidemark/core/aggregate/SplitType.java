package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import org.jspecify.annotations.Nullable;

/**
 * Two states of one type, between which a rule divides the events.
 *
 * @param name begins the state's id and decides what the rule does
 */
record SplitType(String name, Rule rule, StateType inner) implements StateType {

    /** Where an event goes. */
    enum Side {
        FIRST,
        SECOND,
        NEITHER
    }

    /** Divides the events. */
    @FunctionalInterface
    interface Rule {
        Side sideOf(EventRow row);
    }

    /** Events with a negative label into the first, those with a positive one into the second, those without one into neither. */
    static SplitType byLabel(Label label, StateType inner) {
        return new SplitType("by_label(" + label.text() + ",", row -> sideOf(label, row), inner);
    }

    private static Side sideOf(Label label, EventRow row) {
        if (label.isAbsent(row)) {
            return Side.NEITHER;
        }
        return label.isPositive(row) ? Side.SECOND : Side.FIRST;
    }

    @Override
    public String id() {
        return name + inner.id() + ")";
    }

    @Override
    public SplitState create() {
        return new SplitState(this, inner.create(), inner.create());
    }

    @Override
    public State read(ByteReader in, String shardId) {
        return SplitState.read(this, in, shardId);
    }

    @Override
    public @Nullable StateType subtractable() {
        StateType each = inner.subtractable();
        return each == null ? null : new SplitType(name, rule, each);
    }

    /** At most {@link Integer#MAX_VALUE}. */
    @Override
    public int maxEncodedBytes() {
        return (int) Math.min(Integer.MAX_VALUE, 1 + 2L * inner.maxEncodedBytes());
    }
}
