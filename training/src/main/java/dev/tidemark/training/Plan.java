package dev.tidemark.training;

import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import dev.tidemark.training.TrainingSetRequest.Imported;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.util.List;

/**
 * What is decided once for a job, and kept when it is resumed.
 *
 * @param targets what is computed
 * @param windowEnd see {@link TrainingSetRequest}
 * @param imported likewise
 * @param partitions into how many parts each target's entities are divided
 * @param rows how many the spine has
 * @param firstMillis the first moment of the spine
 * @param lastMillis the last moment of the spine
 * @param asOfMillis what became known later is not read; for values as served this is {@code lastMillis}
 */
record Plan(
        List<WantedView> targets,
        Knowledge knowledge,
        WindowEnd windowEnd,
        Imported imported,
        int partitions,
        long rows,
        long firstMillis,
        long lastMillis,
        long asOfMillis) {

    Plan {
        targets = List.copyOf(targets);
    }

    int buckets() {
        return targets.size() * partitions;
    }

    int bucket(WantedView target, long entityHash) {
        return target.index() * partitions + EntitySet.partition(entityHash, partitions);
    }

    WantedView targetOf(int bucket) {
        return targets.get(bucket / partitions);
    }

    /** The first moment whose row contains an event; see {@link Knowledge#orderMillis}. */
    long orderMillis(WantedView target, long eventTimeMillis, long knownMillis) {
        long reachedMillis =
                windowEnd == WindowEnd.LIVE ? target.view().ladder().headStartMillis(eventTimeMillis) : eventTimeMillis;
        return knowledge.orderMillis(reachedMillis, knownMillis);
    }

    /** Events before it are in no answer about the target. */
    long earliestMillis(WantedView target) {
        View view = target.view();
        long earliest = Long.MAX_VALUE;
        for (View.Feature feature : view.features()) {
            Window window = feature.window();
            if (window.isLifetime()) {
                return Long.MIN_VALUE;
            }
            earliest = Math.min(
                    earliest,
                    view.ladder().cover(window, firstMillis).interval().startMillis());
        }
        return earliest;
    }
}
