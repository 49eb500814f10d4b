package dev.tidemark.core.serve;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What the stream said about the records behind the lanes' positions.
 *
 * @param lanes what is known, by lane id; also of lanes that have no row because nothing of them was ever folded
 * @param everyLane whether that is every lane in which a record may wait
 */
public record Waiting(Map<String, Asked> lanes, boolean everyLane) {

    /** The stream was not asked, or did not answer. */
    public static final Waiting UNKNOWN = new Waiting(Map.of(), false);

    /**
     * The stream's answer about one lane.
     *
     * @param atMillis when it was asked
     * @param sinceMillis the arrival of the first record that waits; null if none does
     */
    public record Asked(long atMillis, @Nullable Long sinceMillis) {

        /** Everything that had arrived by then, inclusive, is folded. */
        long foldedUpToMillis() {
            return sinceMillis == null ? atMillis : sinceMillis - 1;
        }
    }

    public Waiting {
        lanes = Map.copyOf(lanes);
    }

    /** Whether nothing waits in any lane; null if nobody knows. */
    public @Nullable Boolean caughtUp() {
        if (sinceMillis().isPresent()) {
            return false;
        }
        return everyLane ? true : null;
    }

    /** The arrival of the oldest record that is known to wait. */
    public OptionalLong sinceMillis() {
        return lanes.values().stream()
                .map(Asked::sinceMillis)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .min();
    }
}
