package dev.tidemark.core.fold;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Position;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Whether the live fold continues a restore without a hole (rule R3): the first batch of a lane begins at or before the
 * lane's position, or with the shard's first record if nothing of the lane was restored.
 */
final class HandOver {

    private final Lineage lineage;

    HandOver(Lineage lineage) {
        this.lineage = lineage;
    }

    /**
     * @param first of the lane's first batch after the restore
     * @return why the batch must not be folded, and what to do; empty if it may be
     */
    CompletableFuture<Optional<String>> problem(LaneRow row, Position first) {
        if (!first.isAfter(row.last())) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (row.last().equals(Position.ORIGIN)) {
            return lineage.begins(row.lane(), first)
                    .thenApply(begins -> begins ? Optional.empty() : Optional.of(late(row, first)));
        }
        return CompletableFuture.completedFuture(Optional.of(gap(row, first)));
    }

    private static String gap(LaneRow row, Position first) {
        return "lane " + row.lane().id() + " was restored up to " + row.last().text()
                + ", and its first batch begins after that, at " + first.text()
                + ": whether records are missing between them nobody can tell. " + remedy(row);
    }

    private static String late(LaneRow row, Position first) {
        return "nothing of lane " + row.lane().id() + " was restored, and its first batch begins at " + first.text()
                + ", after the first record of its shard: records are missing before it. " + remedy(row);
    }

    private static String remedy(LaneRow row) {
        return "Let the mapping start at TRIM_HORIZON. If the stream does not hold the records any more, restore again "
                + "into another generation; if nothing was put to the shard in between, say so with "
                + "`tidemark restore --to " + row.generation() + " --joined "
                + row.lane().id() + "`";
    }
}
