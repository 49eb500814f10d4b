package dev.tidemark.core.change;

import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.async.Loop;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.history.RepairedRecords;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One lane of a backfill, from its first record to its act. Used once. */
final class LaneBackfill {

    private static final long MAX_BATCH_BYTES = 16L << 20;

    /** How often a batch is tried that does not get on, and how long it rests at first; the fold itself retries too. */
    private static final int MAX_TRIES = 6;

    private static final long FIRST_REST_MILLIS = 500;

    private final LaneLog log;
    private final Position act;
    private final RepairedRecords.OfLane repaired;
    private final BatchFold fold;
    private final BackfillPorts ports;
    private final int batchRecords;
    private final Backfill.Progress progress;

    /** Read, to be folded next. */
    private List<RawRecord> waiting = new ArrayList<>();

    private @Nullable Lane lane;
    private long waitingBytes;
    private boolean isRead;
    private long records;

    /** @param repaired the payloads that stand in archived ones' places */
    LaneBackfill(
            LaneLog log,
            Position act,
            RepairedRecords.OfLane repaired,
            BatchFold fold,
            BackfillPorts ports,
            int batchRecords,
            Backfill.Progress progress) {
        this.log = log;
        this.act = act;
        this.repaired = repaired;
        this.fold = fold;
        this.ports = ports;
        this.batchRecords = batchRecords;
        this.progress = progress;
    }

    /** @return how many records there were */
    CompletableFuture<Long> run() {
        return Loop.whileTrue(this::step).thenApply(ignored -> records);
    }

    private CompletableFuture<Boolean> step() {
        boolean full = waiting.size() >= batchRecords || waitingBytes >= MAX_BATCH_BYTES;
        if (!full && !isRead) {
            return read();
        }
        if (waiting.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        Batch batch = new Batch(Objects.requireNonNull(lane).ofBackfill(), waiting);
        waiting = new ArrayList<>();
        waitingBytes = 0;
        return deliver(batch, Position.ORIGIN, 1).thenApply(ignored -> {
            records += batch.records().size();
            progress.folded(log.laneId(), batch.records().size());
            return true;
        });
    }

    private CompletableFuture<Boolean> read() {
        return log.next().thenApply(next -> {
            if (next.isEmpty()) {
                checkReached();
                isRead = true;
                return true;
            }
            LaneLog.Run run = next.get();
            lane = run.lane();
            for (RawRecord record : run.records()) {
                if (!record.position().isAfter(act)) {
                    add(record);
                }
            }
            isRead = log.reached().compareTo(act) >= 0;
            return true;
        });
    }

    private void add(RawRecord record) {
        RawRecord standing = repaired.inPlaceOf(record);
        waiting.add(standing);
        waitingBytes += standing.data().length;
    }

    private void checkReached() {
        if (act.isAfter(log.reached())) {
            throw new IllegalStateException("the archive of lane " + log.laneId() + " ends at "
                    + log.reached().text() + ", but everything up to " + act.text()
                    + " was archived: an object was deleted. If the bucket keeps versions, bring it back");
        }
    }

    /** Again as long as that brings the lane on, and a few times more. */
    private CompletableFuture<Void> deliver(Batch batch, Position before, int attempt) {
        return fold.fold(batch, Long.MAX_VALUE).thenCompose(outcome -> {
            if (!outcome.violations().isEmpty()) {
                throw new IllegalStateException(
                        "protocol violation in the backfill of lane " + log.laneId() + ": " + outcome.violations());
            }
            if (outcome.isDone()) {
                return CompletableFuture.completedFuture(null);
            }
            LaneRow row = outcome.lane();
            if (row != null && row.last().isAfter(before)) {
                return deliver(batch, row.last(), 1);
            }
            if (attempt >= MAX_TRIES) {
                throw new IllegalStateException(failure(outcome));
            }
            return ports.pause()
                    .millis(FIRST_REST_MILLIS << attempt)
                    .thenCompose(ignored -> deliver(batch, before, attempt + 1));
        });
    }

    private String failure(BatchOutcome outcome) {
        return "the backfill of lane " + log.laneId() + " does not get on"
                + (outcome.held() == null ? "" : " (" + outcome.held() + ")") + ": "
                + String.join("; ", outcome.troubles()) + ". What is folded stays; run it again";
    }
}
