package dev.tidemark.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a client continues, as the opaque text that it gets.
 *
 * @param createdMillis of the stream, so that an iterator of a deleted stream is not taken for its successor
 * @param ordinal of the next record
 * @param issuedMillis when it was issued; it is valid for five minutes
 */
record ShardIterator(String stream, long createdMillis, int shardIndex, long ordinal, long issuedMillis) {

    private static final long LIFETIME_MILLIS = 300_000;
    private static final Pattern FORM =
            Pattern.compile("1/([a-zA-Z0-9_.-]+)/(\\d{1,18})/(\\d{1,9})/(\\d{1,18})/(\\d{1,18})");

    String text() {
        String plain = String.join(
                "/",
                "1",
                stream,
                Long.toString(createdMillis),
                Integer.toString(shardIndex),
                Long.toString(ordinal),
                Long.toString(issuedMillis));
        return Base64.getEncoder().encodeToString(plain.getBytes(UTF_8));
    }

    /** The inverse of {@link #text()}. */
    static ShardIterator parse(String text, long nowMillis) {
        ShardIterator iterator = parse(text);
        if (nowMillis - iterator.issuedMillis > LIFETIME_MILLIS) {
            throw new KinesisException(
                    KinesisError.EXPIRED_ITERATOR,
                    "Iterator expired. The iterator was created at time " + iterator.issuedMillis
                            + " while right now it is " + nowMillis + " which is further in the future than the"
                            + " tolerated delay of " + LIFETIME_MILLIS + " milliseconds.");
        }
        return iterator;
    }

    private static ShardIterator parse(String text) {
        try {
            Matcher parts = FORM.matcher(new String(Base64.getDecoder().decode(text), UTF_8));
            if (parts.matches()) {
                return new ShardIterator(
                        parts.group(1),
                        Long.parseLong(parts.group(2)),
                        Integer.parseInt(parts.group(3)),
                        Long.parseLong(parts.group(4)),
                        Long.parseLong(parts.group(5)));
            }
        } catch (IllegalArgumentException e) {
            throw notAnIterator();
        }
        throw notAnIterator();
    }

    private static KinesisException notAnIterator() {
        return Checks.invalid("Invalid ShardIterator.");
    }
}
