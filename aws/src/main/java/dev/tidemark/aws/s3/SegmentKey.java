package dev.tidemark.aws.s3;

import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses the key of a segment; {@link S3Archive#key} writes it. */
final class SegmentKey {

    private static final Pattern KEY = Pattern.compile(
            "archive/[^/]+/(?:import/)?(\\d{4})/(\\d\\d)/(\\d\\d)/(\\d\\d)/([^/]+)/([\\d-]+)_([\\d-]+)\\.jsonl\\.gz");

    private SegmentKey() {}

    /** Empty if it is not a segment's key. */
    static Optional<SegmentRef> parse(String key, long bytes) {
        Matcher parts = KEY.matcher(key);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            LocalDateTime hour =
                    LocalDateTime.of(number(parts, 1), number(parts, 2), number(parts, 3), number(parts, 4), 0);
            return Optional.of(new SegmentRef(
                    key,
                    parts.group(5),
                    PositionText.parse(parts.group(6)),
                    PositionText.parse(parts.group(7)),
                    hour.toInstant(ZoneOffset.UTC).toEpochMilli(),
                    bytes));
        } catch (IllegalArgumentException | DateTimeException e) {
            // The thirteenth month, or digits that are no position: not one of our keys.
            return Optional.empty();
        }
    }

    private static int number(Matcher parts, int group) {
        return Integer.parseInt(parts.group(group));
    }
}
