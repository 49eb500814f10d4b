package dev.tidemark.core.serve;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The stream's answer about the records after the lanes' positions.
 *
 * @param lanes what is known, by lane id; also for lanes without a row, because nothing of them is folded yet
 * @param everyLane whether these are all lanes in which a record may wait
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

        /** Everything that had arrived by this moment, inclusive, is folded. */
        long foldedUpToMillis() {
            return sinceMillis == null ? atMillis : sinceMillis - 1;
        }
    }

    public Waiting {
        lanes = Map.copyOf(lanes);
    }

    /** Whether nothing waits in any lane; null if unknown. */
    public @Nullable Boolean caughtUp() {
        if (sinceMillis().isPresent()) {
            return false;
        }
        return everyLane ? true : null;
    }

    /** The arrival of the oldest waiting record that is known. */
    public OptionalLong sinceMillis() {
        return lanes.values().stream()
                .map(Asked::sinceMillis)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .min();
    }
}
