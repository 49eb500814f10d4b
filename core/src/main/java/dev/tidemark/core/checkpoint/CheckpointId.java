package dev.tidemark.core.checkpoint;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** The ids of checkpoints: the second in which one was begun, and four random digits, so that they sort by time. */
public final class CheckpointId {

    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final int SECOND_CHARS = 16;
    private static final String PATTERN = "\\d{8}T\\d{6}Z-[0-9a-f]{4}";

    private CheckpointId() {}

    /** For example {@code 20261122T195400Z-3f9a}. */
    public static String of(long timeMillis, RandomGenerator random) {
        return SECOND.format(Instant.ofEpochMilli(timeMillis).atOffset(ZoneOffset.UTC))
                + String.format(Locale.ROOT, "-%04x", random.nextInt(0x10000));
    }

    /**
     * When a checkpoint was begun, to the second, milliseconds since the epoch.
     *
     * @throws IllegalArgumentException if this is not a checkpoint's id
     */
    public static long timeMillis(String id) {
        if (!id.matches(PATTERN)) {
            throw new IllegalArgumentException(
                    "not the id of a checkpoint: '" + id + "'; one is like 20261122T195400Z-3f9a");
        }
        try {
            return LocalDateTime.parse(id.substring(0, SECOND_CHARS), SECOND)
                    .toInstant(ZoneOffset.UTC)
                    .toEpochMilli();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("the id of a checkpoint with no such time: '" + id + "'", e);
        }
    }

    public static boolean isId(String text) {
        return text.matches(PATTERN);
    }
}
