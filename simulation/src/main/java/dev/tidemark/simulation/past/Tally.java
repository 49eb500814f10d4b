package dev.tidemark.simulation.past;

import java.util.EnumMap;
import java.util.Map;

/** Counts how often each thing was covered, so that a test can check it. Thread-safe. */
public final class Tally {

    /** What is counted. */
    public enum Shown {
        ITEM_RESTORED,
        ANSWER_REPRODUCED_BY_ITS_RECEIPT,
        ANSWER_REPRODUCED_FROM_A_CHECKPOINT,
        ANSWER_AS_SERVED,
        ITEM_AUDITED,
        ITEM_AUDITED_FROM_A_CHECKPOINT,
        BACKFILLED_VALUE_AS_THE_ORACLE_HAS_IT,
        REDRIVEN_VALUE_AS_THE_ORACLE_HAS_IT,
        RECORD_REDRIVEN,
        REDRIVEN_ITEM_RESTORED,
        BACKFILLED_ITEM_RESTORED,
        REPAIRED_PAYLOAD_IN_A_BACKFILL,
        PAIRS_AFTER_A_WARM_UP_AS_THE_ORACLE_HAS_IT,
        MERGED_LANE_IN_A_BACKFILL,
        MERGED_LANE_IN_A_BACKFILL_THAT_DROPS_DUPLICATES,
        LANE_WITH_FEWER_ANCESTORS_THAN_ITS_PARENT,
        ENTITY_READ_AGAIN_FOR_A_CHECKPOINT,
        CHECKPOINT_GIVEN_UP,
        HALVES_RESTORED
    }

    private final Map<Shown, Long> counts = new EnumMap<>(Shown.class);

    synchronized void add(Shown what, long times) {
        counts.merge(what, times, Long::sum);
    }

    public synchronized long count(Shown what) {
        return counts.getOrDefault(what, 0L);
    }

    @Override
    public synchronized String toString() {
        return counts.toString();
    }
}
