package dev.tidemark.core.change;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The fold of every day, for the replay of one lane: into the new generation, with nothing to archive, because it comes
 * from there, and a clock that stands at the arrival of what is folded (rule F10 and the expiry of ids ask it).
 */
final class LaneFold implements ReplayedLane.Fold {

    private static final int MAX_ATTEMPTS = 8;

    private final BatchFold fold;
    private volatile long nowMillis;

    /**
     * @param after the lane's row as the checkpoint saw it after its scan; null if there was none
     * @param lanesAtOnce how many of these share what the settings allow
     */
    LaneFold(
            Catalogs catalogs,
            RestorePorts ports,
            RestoreSettings settings,
            String generation,
            Lane lane,
            @Nullable LaneRow after,
            Lineage lineage,
            int lanesAtOnce) {
        FoldPorts foldPorts = new FoldPorts(
                ports.items(),
                new ReplayLanes(ports.control(), lane, after),
                segment -> CompletableFuture.completedFuture(null),
                ports.quarantine(),
                lineage,
                ports.pause(),
                () -> nowMillis,
                ports.random());
        this.fold = new BatchFold(catalogs, foldPorts, settings(settings, generation, lanesAtOnce));
    }

    static FoldSettings settings(RestoreSettings settings, String generation, int lanesAtOnce) {
        return new FoldSettings(
                generation,
                Math.max(1, settings.maxPutsInFlight() / lanesAtOnce),
                MAX_ATTEMPTS,
                settings.maxCacheBytes() / lanesAtOnce);
    }

    @Override
    public CompletableFuture<BatchOutcome> fold(Batch batch, long now) {
        nowMillis = now;
        return fold.fold(batch, Long.MAX_VALUE);
    }
}
