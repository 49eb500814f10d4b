package dev.tidemark.core.control;

/**
 * What the halves met that a view of pairs took, counted. Each of them has exactly one of the first six fates.
 *
 * @param lefts count, each with its pair or still without one
 * @param paired rights that were their left's choice when they came
 * @param superseded rights whose left kept its choice
 * @param outcomeLate rights that fit none of the lefts that were known
 * @param waiting rights of which no left was known yet
 * @param overflown halves of a key that remembered as many as it may
 * @param taken rights that were late or waiting, here or in a lane before, and that a left found to fit
 */
public record PairCounts(
        long lefts, long paired, long superseded, long outcomeLate, long waiting, long overflown, long taken) {

    public static final PairCounts NONE = new PairCounts(0, 0, 0, 0, 0, 0, 0);

    public PairCounts {
        boolean negative = lefts < 0
                || paired < 0
                || superseded < 0
                || outcomeLate < 0
                || waiting < 0
                || overflown < 0
                || taken < 0;
        if (negative) {
            throw new IllegalArgumentException("counts out of range: " + lefts + " lefts, " + paired + " paired, "
                    + superseded + " superseded, " + outcomeLate + " late outcomes, " + waiting + " waiting, "
                    + overflown + " overflown, " + taken + " taken");
        }
    }

    /** The halves of all fates. */
    public long total() {
        return lefts + paired + superseded + outcomeLate + waiting + overflown;
    }

    public PairCounts plus(PairCounts other) {
        return new PairCounts(
                lefts + other.lefts,
                paired + other.paired,
                superseded + other.superseded,
                outcomeLate + other.outcomeLate,
                waiting + other.waiting,
                overflown + other.overflown,
                taken + other.taken);
    }

    public PairCounts minus(PairCounts earlier) {
        return new PairCounts(
                lefts - earlier.lefts,
                paired - earlier.paired,
                superseded - earlier.superseded,
                outcomeLate - earlier.outcomeLate,
                waiting - earlier.waiting,
                overflown - earlier.overflown,
                taken - earlier.taken);
    }
}
