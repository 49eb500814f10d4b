package dev.tidemark.core.change;

import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One lane on its way through the archive, up to the target. Used by one thread at a time. */
final class ReplayedLane {

    private final LaneLog log;
    private final long targetMillis;
    private final Position cut;
    private final Function<Lane, Fold> folds;
    private final Progress progress;
    private @Nullable Fold fold;
    private LaneLog.@Nullable Run run;
    private int next;

    /** Running maximum of the arrivals of what is folded (rule T1). */
    private long maxArrivalMillis;

    private volatile boolean atEnd;
    private volatile boolean atTarget;
    private String trouble = "";

    /** The fold, with a clock that it is told. */
    interface Fold {

        /** @param nowMillis what the clock says meanwhile */
        CompletableFuture<BatchOutcome> fold(Batch batch, long nowMillis);
    }

    /** Told what was folded. */
    interface Progress {
        void folded(int records, long reachedMillis);
    }

    /** @param cut no batch goes beyond this position that begins at or before it */
    ReplayedLane(LaneLog log, long targetMillis, Position cut, Function<Lane, Fold> folds, Progress progress) {
        this.log = log;
        this.targetMillis = targetMillis;
        this.cut = cut;
        this.folds = folds;
        this.progress = progress;
        this.maxArrivalMillis = log.maxArrivalMillis();
    }

    /** Whether it is replayed as far as it is to be. */
    boolean isDone() {
        return atEnd || atTarget;
    }

    boolean isAtEndOfArchive() {
        return atEnd;
    }

    long reachedMillis() {
        return maxArrivalMillis;
    }

    /** Why it does not go on. */
    String trouble() {
        return trouble;
    }

    /** Goes on until it is done or waits for another lane. */
    CompletableFuture<Void> run(int batchRecords) {
        if (isDone()) {
            return CompletableFuture.completedFuture(null);
        }
        LaneLog.Run current = run;
        if (current == null || next == current.records().size()) {
            return log.next().thenCompose(following -> take(following, batchRecords));
        }
        int end = next;
        long reached = maxArrivalMillis;
        long nowMillis = Long.MIN_VALUE;
        while (end < current.records().size() && end - next < batchRecords) {
            RawRecord record = current.records().get(end);
            if (Math.max(reached, record.arrivalMillis()) > targetMillis) {
                atTarget = end == next;
                break;
            }
            reached = Math.max(reached, record.arrivalMillis());
            nowMillis = Math.max(nowMillis, record.arrivalMillis());
            end++;
            if (record.position().equals(cut)) {
                break;
            }
        }
        if (atTarget) {
            return CompletableFuture.completedFuture(null);
        }
        Step step = new Step(new Batch(current.lane(), current.records().subList(next, end)), end, reached, nowMillis);
        return fold(current.lane(), step, Position.ORIGIN)
                .thenCompose(folded -> folded ? run(batchRecords) : CompletableFuture.completedFuture(null));
    }

    private CompletableFuture<Void> take(Optional<LaneLog.Run> following, int batchRecords) {
        if (following.isEmpty()) {
            atEnd = true;
            return CompletableFuture.completedFuture(null);
        }
        run = following.get();
        next = 0;
        return run(batchRecords);
    }

    /**
     * @param end where the run goes on after it
     * @param reached the running maximum of arrivals after it
     */
    private record Step(Batch batch, int end, long reached, long nowMillis) {}

    /** Again as long as that brings the lane on, as from the stream. */
    private CompletableFuture<Boolean> fold(Lane lane, Step step, Position before) {
        Fold now = fold;
        if (now == null) {
            now = folds.apply(lane);
            fold = now;
        }
        return now.fold(step.batch(), step.nowMillis()).thenCompose(outcome -> {
            LaneRow row = outcome.lane();
            if (!outcome.violations().isEmpty()) {
                throw new IllegalStateException("protocol violation in the replay: " + outcome.violations());
            }
            if (outcome.isDone()) {
                next = step.end();
                maxArrivalMillis = step.reached();
                progress.folded(step.batch().records().size(), maxArrivalMillis);
                return CompletableFuture.completedFuture(true);
            }
            if (row != null && row.last().isAfter(before)) {
                return fold(lane, step, row.last());
            }
            return CompletableFuture.completedFuture(held(lane, outcome));
        });
    }

    private boolean held(Lane lane, BatchOutcome outcome) {
        if (outcome.held() == BatchOutcome.Hold.NOT_LIVE) {
            throw new Overtaken();
        }
        trouble = String.join("; ", outcome.troubles());
        if (outcome.held() != BatchOutcome.Hold.WAITS_FOR_PARENT) {
            throw new IllegalStateException("the replay of lane " + lane.id() + " stopped"
                    + (outcome.held() == null ? "" : " (" + outcome.held() + ")") + ": " + trouble);
        }
        return false;
    }
}
