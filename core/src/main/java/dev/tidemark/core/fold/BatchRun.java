package dev.tidemark.core.fold;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.control.WarmUps;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes one batch through the protocol, in as many rounds as it needs. */
final class BatchRun {

    /** How often the lane's views may change during one batch. */
    private static final int MAX_ROUNDS = 5;

    /** Lambda's largest batch, so that only packed records make more than one portion. */
    private static final int MAX_PORTION_RECORDS = 10_000;

    /** How many further rounds a batch may take because rows wait until those before them are done (rule T3). */
    private static final int MAX_SETTLING_ROUNDS = 64;

    private final Batch batch;
    private final List<RowsPool> pools;
    private final Lanes lanes;
    private final RunContext context;
    private final Round.Kept kept = new Round.Kept();
    private final Map<String, ViewCounts> added = new HashMap<>();
    private @Nullable LaneRow lane;
    private int settlingRounds;

    /** What reading the batch needs, by pool, of those that the lane folds. */
    private final Map<RowsPool, Inputs.Ready> ready = new HashMap<>();

    private boolean begun;

    BatchRun(Batch batch, List<RowsPool> pools, Lanes lanes, RunContext context) {
        this.batch = batch;
        this.pools = pools;
        this.lanes = lanes;
        this.context = context;
    }

    CompletableFuture<BatchOutcome> run() {
        context.counts().records.add(batch.records().size());
        return open(1);
    }

    private CompletableFuture<BatchOutcome> open(int round) {
        return lanes.open(batch.lane(), context.troubles())
                .exceptionally(error -> {
                    context.troubles().add("reading the control table", error);
                    return new Lanes.Opened(null, BatchOutcome.Hold.CONTROL_UNAVAILABLE);
                })
                .thenCompose(opened -> opened.row() == null
                        ? completed(held(Objects.requireNonNull(opened.held())))
                        : round(opened.row(), round));
    }

    /** Folds the batch under one version of the lane row. */
    private CompletableFuture<BatchOutcome> round(LaneRow row, int round) {
        lane = row;
        if (round > MAX_ROUNDS) {
            return completed(held(BatchOutcome.Hold.CONTROL_UNAVAILABLE));
        }
        if (row.awaitsOverlap()) {
            return join(row, round);
        }
        List<RawRecord> records = above(row.last());
        if (!begun) {
            begun = true;
            context.counts().redelivered.add(batch.records().size() - records.size());
        }
        if (records.isEmpty()) {
            return completed(report(batch.last()));
        }
        int warming = WarmUps.recordsBeforeEnd(row, records);
        if (warming == 0) {
            return endWarmUps(row, records.get(0), round);
        }
        return prepare(row, records)
                .thenCompose(prepared -> prepared
                        ? fold(row, records.subList(0, warming), round)
                        : completed(held(BatchOutcome.Hold.INPUTS_UNAVAILABLE)));
    }

    /** Nothing is asked for views that the lane does not fold. */
    private CompletableFuture<Boolean> prepare(LaneRow row, List<RawRecord> records) {
        List<RowsPool> missing = pools.stream()
                .filter(pool -> pool.isFolded(row) && !ready.containsKey(pool))
                .toList();
        return Flight.inOrder(
                        missing,
                        pool -> context.ports()
                                .inputs()
                                .prepare(pool.source(), records)
                                .thenAccept(brought -> ready.put(pool, brought)))
                .thenApply(prepared -> true)
                .exceptionally(error -> {
                    context.troubles().add("getting what reading the records needs", error);
                    return false;
                });
    }

    private CompletableFuture<BatchOutcome> fold(LaneRow row, List<RawRecord> records, int round) {
        Round folding = portion(row, records);
        return folding.fold()
                .thenCompose(done -> done == null
                        ? completed(report(row.last()))
                        : advance(row, new Folded(folding.records(), folding.works(), done, round), 1));
    }

    /** F11: the first records that are not done, as many as one round may fold. */
    private Round portion(LaneRow row, List<RawRecord> records) {
        Round most = new Round(
                context, pools, ready, kept, row, records.subList(0, Math.min(records.size(), MAX_PORTION_RECORDS)));
        int portion = BatchDecisions.portion(
                most.works(), most.records().size(), context.settings().maxPortionItems());
        if (portion == most.records().size()) {
            return most;
        }
        most.giveBackRows();
        return new Round(context, pools, ready, kept, row, records.subList(0, portion));
    }

    /** J4: the row says that the warm-up is over before the first record after it is folded. */
    private CompletableFuture<BatchOutcome> endWarmUps(LaneRow row, RawRecord first, int round) {
        return context.ports()
                .control()
                .writeLane(WarmUps.endedBefore(row, first.arrivalMillis()))
                .exceptionally(Cas.Unknown::new)
                .thenCompose(written -> open(round + 1));
    }

    /** R3: the first batch after a restore is folded only if no record can be missing before it. */
    private CompletableFuture<BatchOutcome> join(LaneRow row, int round) {
        return new HandOver(context.ports().lineage())
                .problem(row, batch.first())
                .thenCompose(problem -> {
                    if (problem.isPresent()) {
                        context.troubles().add(problem.get());
                        return completed(held(BatchOutcome.Hold.DOES_NOT_JOIN));
                    }
                    return context.ports()
                            .control()
                            .writeLane(row.joined())
                            .exceptionally(Cas.Unknown::new)
                            .thenCompose(written -> open(round + 1));
                })
                .exceptionally(error -> {
                    context.troubles()
                            .add(
                                    "finding the first record of lane "
                                            + row.lane().id(),
                                    error);
                    return held(BatchOutcome.Hold.CONTROL_UNAVAILABLE);
                });
    }

    /**
     * Once the lane row says {@code done}, the rows that waited for it and the next portion are folded: now, or when
     * the batch is delivered again.
     */
    private CompletableFuture<BatchOutcome> goOn(LaneRow row, Folded folded) {
        context.counts().portions.increment();
        Round.Done done = folded.done();
        boolean isWhole = done.position().equals(folded.last());
        boolean goesOn =
                isWhole ? batch.last().isAfter(folded.last()) : done.waiting() && settlingRounds < MAX_SETTLING_ROUNDS;
        if (!goesOn || context.stop().getAsBoolean()) {
            return completed(report(done.position()));
        }
        settlingRounds += isWhole ? 0 : 1;
        return round(row, folded.round());
    }

    /** What is done according to the lane row is skipped: it is archived and in every item. */
    private List<RawRecord> above(Position last) {
        List<RawRecord> records = batch.records();
        return records.subList(BatchDecisions.firstAfter(last, records), records.size());
    }

    /**
     * What one round has made durable before the lane row says so.
     *
     * @param records the portion of the batch
     * @param works the views' decisions about the records
     * @param done the position up to which it is durable
     */
    private record Folded(List<RawRecord> records, List<ViewWork> works, Round.Done done, int round) {

        Position last() {
            return records.get(records.size() - 1).position();
        }
    }

    /** F8. */
    private CompletableFuture<BatchOutcome> advance(LaneRow row, Folded folded, int attempt) {
        LaneRow next = BatchDecisions.advanced(
                row, folded.records(), folded.works(), folded.done().position());
        return context.ports()
                .control()
                .writeLane(next)
                .exceptionally(Cas.Unknown::new)
                .thenCompose(result -> {
                    if (result instanceof Cas.Stored) {
                        advanced(row, next, folded);
                        return goOn(next, folded);
                    }
                    if (result instanceof Cas.Conflict<LaneRow> conflict) {
                        return overtaken(row, conflict.current(), folded);
                    }
                    Cas.failure(result).ifPresent(cause -> context.troubles().add("writing the lane row", cause));
                    return context.retry(
                            attempt,
                            () -> advance(row, folded, attempt + 1),
                            held(BatchOutcome.Hold.CONTROL_UNAVAILABLE));
                });
    }

    private void advanced(LaneRow before, LaneRow next, Folded folded) {
        int from = BatchDecisions.firstAfter(before.last(), folded.records());
        int until = from + (int) (next.count() - before.count());
        Set<String> told = new HashSet<>();
        for (ViewWork work : folded.works()) {
            if (told.add(work.view().name())) {
                added.merge(work.view().name(), work.counts(from, until), ViewCounts::plus);
            }
        }
        lane = next;
        context.violations().addAll(BatchDecisions.miscounted(next, folded.works()));
    }

    /** Another invocation, or an earlier attempt of this one, wrote the lane row. */
    private CompletableFuture<BatchOutcome> overtaken(LaneRow row, @Nullable LaneRow current, Folded folded) {
        if (current == null) {
            context.violations().add("the row of lane " + row.lane().id() + " vanished");
            return completed(held(BatchOutcome.Hold.CONTROL_UNAVAILABLE));
        }
        context.counts().fencesLost.increment();
        if (row.last().isAfter(current.last())) {
            context.violations()
                    .add("the row of lane " + row.lane().id() + " went back from "
                            + row.last().text() + " to " + current.last().text());
            return completed(held(BatchOutcome.Hold.CONTROL_UNAVAILABLE));
        }
        lane = current;
        boolean sameViews = current.views().equals(row.views())
                && current.warmUps().equals(row.warmUps())
                && current.generation().equals(row.generation());
        if (!sameViews) {
            return open(folded.round() + 1);
        }
        return current.last().compareTo(folded.done().position()) >= 0
                ? goOn(current, folded)
                : advance(current, folded, 1);
    }

    /** F9: success up to {@code done}; everything after it is delivered again. */
    private BatchOutcome report(Position done) {
        String firstFailed = null;
        for (RawRecord record : batch.records()) {
            if (record.position().isAfter(done)) {
                firstFailed = record.position().sequenceNumber();
                break;
            }
        }
        return outcome(firstFailed, null);
    }

    private BatchOutcome held(BatchOutcome.Hold hold) {
        return outcome(batch.first().sequenceNumber(), hold);
    }

    private BatchOutcome outcome(@Nullable String firstFailed, BatchOutcome.@Nullable Hold hold) {
        return new BatchOutcome(
                firstFailed,
                hold,
                lane,
                added,
                context.counts(),
                context.troubles().list(),
                context.violations());
    }

    private static <T> CompletableFuture<T> completed(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
