package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.DecimalSum;

/**
 * The exact sum of what each event adds, and how many there were. Stored as the number of events, a varint, if the type stores
 * that, and a decimal, the sum.
 */
abstract class TermSum extends DecimalSum implements Subtractable {

    private final boolean isCounted;

    /** If it is not stored, then of a state that was read 1 for any. */
    private long events;

    /** @param isCounted whether the number of events is stored, so that a sum from which all was taken back is empty */
    TermSum(boolean isCounted) {
        this.isCounted = isCounted;
    }

    final void count() {
        events++;
    }

    final long events() {
        return events;
    }

    /** Adds what was stored. */
    final void read(ByteReader in) {
        long more = isCounted ? in.readVarint() : 1;
        if (more <= 0) {
            throw new IllegalArgumentException("a sum of " + more + " events");
        }
        events += more;
        in.readDecimal(this);
    }

    @Override
    public void merge(State other) {
        TermSum more = (TermSum) other;
        merge((DecimalSum) more);
        events += more.events;
    }

    /** Both are counted. */
    @Override
    public void subtract(State part) {
        TermSum less = (TermSum) part;
        subtract((DecimalSum) less);
        events -= less.events;
    }

    @Override
    public void writeTo(ByteWriter out) {
        if (isCounted) {
            out.writeVarint(events);
        }
        sendTo(out);
    }

    @Override
    public boolean isEmpty() {
        return events == 0;
    }
}
