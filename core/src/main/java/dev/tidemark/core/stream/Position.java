package dev.tidemark.core.stream;

/**
 * A record's place in its shard: the Kinesis sequence number and, for records a producer packed into one (KPL
 * aggregation), the index inside it. Ordered within one shard only.
 *
 * <p>Sequence numbers have about 56 digits and need not be of one length. They are compared as (length, text), never as
 * plain text and never as a DynamoDB number (protocol rule P2).
 *
 * @param sequenceNumber decimal digits without leading zeros, or empty for {@link #ORIGIN} only
 * @param subsequence index inside an aggregated record, 0 for a plain record
 */
public record Position(String sequenceNumber, long subsequence) implements Comparable<Position> {

    /** Before every record of every shard; the exclusive bound "minus infinity" of the protocol. */
    public static final Position ORIGIN = new Position("", 0);

    /** The longest sequence number that Kinesis documents. */
    private static final int MAX_DIGITS = 129;

    /** Not before any record of any shard; the inclusive bound "plus infinity". */
    public static final Position END = new Position("9".repeat(MAX_DIGITS), Long.MAX_VALUE);

    public Position {
        if (!isSequenceNumber(sequenceNumber)) {
            throw new IllegalArgumentException("not a Kinesis sequence number: '" + sequenceNumber + "'");
        }
        if (subsequence < 0) {
            throw new IllegalArgumentException("negative subsequence number: " + subsequence);
        }
        if (sequenceNumber.isEmpty() && subsequence != 0) {
            throw new IllegalArgumentException("subsequence number " + subsequence + " of no sequence number");
        }
    }

    /** The inverse of {@link #text()}. */
    public static Position parse(String text) {
        if (text.isEmpty()) {
            return ORIGIN;
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not a position (sequence:subsequence): '" + text + "'");
        }
        return new Position(text.substring(0, colon), Long.parseLong(text.substring(colon + 1)));
    }

    /** The stored form, {@code sequence:subsequence}; empty for {@link #ORIGIN}. Two positions are equal iff it is. */
    public String text() {
        return sequenceNumber.isEmpty() ? "" : sequenceNumber + ":" + subsequence;
    }

    public boolean isAfter(Position other) {
        return compareTo(other) > 0;
    }

    public static Position max(Position a, Position b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    @Override
    public int compareTo(Position other) {
        int bySequence = compareSequenceNumbers(sequenceNumber, other.sequenceNumber);
        return bySequence != 0 ? bySequence : Long.compare(subsequence, other.subsequence);
    }

    /** Numeric order of two decimal strings without leading zeros. */
    public static int compareSequenceNumbers(String a, String b) {
        return a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
    }

    private static boolean isSequenceNumber(String text) {
        if (text.length() > MAX_DIGITS || (text.length() > 1 && text.charAt(0) == '0')) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
