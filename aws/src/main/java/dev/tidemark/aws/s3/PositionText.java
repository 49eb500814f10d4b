package dev.tidemark.aws.s3;

import dev.tidemark.core.stream.Position;
import java.util.Locale;

/**
 * A position as part of an object key: three digits for the length of the sequence number, a dash, the sequence number,
 * a dash, the subsequence number in 19 digits. Such texts sort as the positions do (rule P2), whatever the length of
 * the sequence numbers, without padding each to the 129 digits that Kinesis allows.
 */
final class PositionText {

    private PositionText() {}

    static String of(Position position) {
        String sequence = position.sequenceNumber();
        return String.format(Locale.ROOT, "%03d-%s-%019d", sequence.length(), sequence, position.subsequence());
    }

    /**
     * The inverse of {@link #of}.
     *
     * @throws IllegalArgumentException if the text is not of that form to the last digit
     */
    static Position parse(String text) {
        int first = text.indexOf('-');
        int last = text.lastIndexOf('-');
        if (first < 0 || first == last) {
            throw new IllegalArgumentException("not a position in a key: '" + text + "'");
        }
        Position position = new Position(text.substring(first + 1, last), Long.parseLong(text.substring(last + 1)));
        if (!of(position).equals(text)) {
            throw new IllegalArgumentException("not a position in a key: '" + text + "'");
        }
        return position;
    }
}
