package dev.tidemark.core.fold;

import dev.tidemark.core.port.Archive;
import dev.tidemark.core.port.Cas;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.port.Quarantine;
import dev.tidemark.core.port.ViewCounts;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One batch on its way through the protocol. */
final class BatchRun {

    /** How often the lane's views may change under one batch. */
    private static final int MAX_ROUNDS = 5;

    private final Batch batch;
    private final List<View> views;
    private final Lanes lanes;
    private final RowsPool pool;
    private final ItemCache cache;
    private final FoldPorts ports;
    private final FoldSettings settings;
    private final BooleanSupplier stop;
    private final FoldCounts counts = new FoldCounts();
    private final Troubles troubles = new Troubles();
    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
    private @Nullable LaneRow lane;
    private Map<String, ViewCounts> added = Map.of();

    BatchRun(
            Batch batch,
            List<View> views,
            Lanes lanes,
            RowsPool pool,
            ItemCache cache,
            FoldPorts ports,
            FoldSettings settings,
            long stopAtMillis) {
        this.batch = batch;
        this.views = views;
        this.lanes = lanes;
        this.pool = pool;
        this.cache = cache;
        this.ports = ports;
        this.settings = settings;
        this.stop = () -> ports.clockMillis().getAsLong() >= stopAtMillis;
    }

    CompletableFuture<BatchOutcome> run() {
        counts.records.add(batch.records().size());
        return lanes.open(batch.lane(), troubles)
                .exceptionally(error -> {
                    troubles.add("reading the control table", error);
                    return new Lanes.Opened(null, BatchOutcome.Hold.CONTROL_UNAVAILABLE);
                })
                .thenCompose(opened -> opened.row() == null
                        ? completed(held(Objects.requireNonNull(opened.held())))
                        : round(opened.row(), 1));
    }

    /** Folds the batch under one version of the lane row. */
    private CompletableFuture<BatchOutcome> round(LaneRow row, int round) {
        lane = row;
        if (!lanes.mayFold(row)) {
            return completed(held(BatchOutcome.Hold.UNKNOWN_VIEW));
        }
        if (!row.generation().equals(settings.generation())) {
            return completed(held(BatchOutcome.Hold.NOT_LIVE));
        }
        if (round > MAX_ROUNDS) {
            return completed(held(BatchOutcome.Hold.CONTROL_UNAVAILABLE));
        }
        List<RawRecord> records = above(row.last());
        if (round == 1) {
            counts.redelivered.add(batch.records().size() - records.size());
        }
        if (records.isEmpty()) {
            return completed(report(batch.last()));
        }
        Round folding = new Round(row, records);
        return folding.fold()
                .thenCompose(done -> done == null
                        ? completed(report(null))
                        : advance(row, new Folded(records, folding.works, done, round), 1));
    }

    /** What the lane row says is done needs no second look: it is archived and in every item. */
    private List<RawRecord> above(Position last) {
        List<RawRecord> records = batch.records();
        return records.subList(LaneDecisions.firstAfter(last, records), records.size());
    }

    /**
     * What one round has made durable, and the lane row does not say yet.
     *
     * @param works what the views made of the records
     * @param done how far it got
     */
    private record Folded(List<RawRecord> records, List<ViewWork> works, Position done, int round) {}

    /** F8. */
    private CompletableFuture<BatchOutcome> advance(LaneRow row, Folded folded, int attempt) {
        LaneRow next = LaneDecisions.advanced(row, folded.records(), folded.works(), folded.done());
        return ports.control().writeLane(next).exceptionally(Cas.Unknown::new).thenCompose(result -> {
            if (result instanceof Cas.Stored) {
                return completed(advanced(row, next, folded));
            }
            if (result instanceof Cas.Conflict<LaneRow> conflict) {
                return overtaken(row, conflict.current(), folded);
            }
            Cas.failure(result).ifPresent(cause -> troubles.add("writing the lane row", cause));
            Retry retry = new Retry(ports, settings.maxAttempts(), stop, counts.retries);
            return retry.after(
                    attempt, () -> advance(row, folded, attempt + 1), held(BatchOutcome.Hold.CONTROL_UNAVAILABLE));
        });
    }

    private BatchOutcome advanced(LaneRow before, LaneRow next, Folded folded) {
        int from = LaneDecisions.firstAfter(before.last(), folded.records());
        int until = from + (int) (next.count() - before.count());
        Map<String, ViewCounts> ofViews = new HashMap<>();
        folded.works().forEach(work -> ofViews.put(work.view().name(), work.counts(from, until)));
        lane = next;
        added = ofViews;
        violations.addAll(LaneDecisions.miscounted(next, folded.works()));
        return report(folded.done());
    }

    /** Another invocation, or an earlier attempt of this one, has written the lane row. */
    private CompletableFuture<BatchOutcome> overtaken(LaneRow row, @Nullable LaneRow current, Folded folded) {
        if (current == null) {
            violations.add("the row of lane " + row.lane().id() + " vanished");
            return completed(held(BatchOutcome.Hold.CONTROL_UNAVAILABLE));
        }
        counts.fencesLost.increment();
        if (row.last().isAfter(current.last())) {
            violations.add("the row of lane " + row.lane().id() + " went back from "
                    + row.last().text() + " to " + current.last().text());
            return completed(held(BatchOutcome.Hold.CONTROL_UNAVAILABLE));
        }
        lane = current;
        boolean sameViews =
                current.views().equals(row.views()) && current.generation().equals(row.generation());
        if (!sameViews) {
            return round(current, folded.round() + 1);
        }
        return current.last().compareTo(folded.done()) >= 0
                ? completed(report(folded.done()))
                : advance(current, folded, 1);
    }

    /** F9: success up to {@code done}, and everything after it once more. */
    private BatchOutcome report(@Nullable Position done) {
        String firstFailed = null;
        for (RawRecord record : batch.records()) {
            if (done == null || record.position().isAfter(done)) {
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
        return new BatchOutcome(firstFailed, hold, lane, added, counts, troubles.list(), violations);
    }

    private static <T> CompletableFuture<T> completed(T value) {
        return CompletableFuture.completedFuture(value);
    }

    /** Everything of the batch that one version of the lane row asks for. */
    private final class Round {

        private final LaneRow row;
        private final List<RawRecord> records;
        private final BatchRows rows = pool.take();
        private final List<ViewWork> works = new ArrayList<>();
        private int lowestFailed;

        Round(LaneRow row, List<RawRecord> records) {
            this.row = row;
            this.records = records;
            this.lowestFailed = records.size();
        }

        /** @return how far the batch is done; null if not even its first record is */
        CompletableFuture<@Nullable Position> fold() {
            rows.read(records, row.lane().shardId());
            for (View view : views) {
                Position act = row.views().get(view.version());
                if (act != null) {
                    ViewWork work = new ViewWork(view, row.lane().id(), records.size());
                    work.sort(rows, records, act);
                    works.add(work);
                }
            }
            CompletableFuture<Boolean> archived = archive();
            return quarantine().thenCompose(ignored -> foldItems()).thenCombine(archived, (ignored, isArchived) -> {
                pool.giveBack(rows);
                return LaneDecisions.done(records, isArchived ? lowestFailed() : 0);
            });
        }

        /** F7: done never passes what the archive has confirmed, and a batch is one segment. */
        private CompletableFuture<Boolean> archive() {
            return ports.archive()
                    .append(new Archive.Segment(row.lane(), row.last(), row.count(), records))
                    .handle((ignored, error) -> {
                        if (error != null) {
                            counts.archiveFailures.increment();
                            troubles.add("writing to the archive", error);
                        }
                        return error == null;
                    });
        }

        /** F3: whoever cannot fold a record keeps it, before anybody counts it as done. */
        private CompletableFuture<Void> quarantine() {
            List<Refusal> refusals = new ArrayList<>();
            for (ViewWork work : works) {
                for (ViewWork.Bad bad : work.bad()) {
                    refusals.add(new Refusal(bad.row(), entry(work.view(), bad)));
                }
            }
            return Flight.run(
                    refusals,
                    settings.maxPutsInFlight(),
                    stop,
                    refusal -> put(refusal.entry()),
                    (refusal, error) -> failed(refusal.row()));
        }

        private Quarantine.Entry entry(View view, ViewWork.Bad bad) {
            return new Quarantine.Entry(view.name(), view.version(), row.lane(), records.get(bad.row()), bad.reason());
        }

        private CompletableFuture<Boolean> put(Quarantine.Entry entry) {
            return ports.quarantine().put(entry).handle((ignored, error) -> {
                if (error != null) {
                    troubles.add("writing to the quarantine", error);
                }
                return error == null;
            });
        }

        private CompletableFuture<Void> foldItems() {
            List<Task> tasks = new ArrayList<>();
            List<ItemKey> unseen = new ArrayList<>();
            for (ViewWork view : works) {
                for (ItemWork item : view.items()) {
                    StoredItem cached = cache.get(item.key);
                    tasks.add(new Task(view, item, cached));
                    if (cached == null) {
                        unseen.add(item.key);
                    }
                }
            }
            if (unseen.isEmpty()) {
                return foldItems(tasks, Map.of());
            }
            // A failed read costs a failed condition later, which brings the item along; nothing is lost by going on.
            return ports.items()
                    .read(unseen)
                    .exceptionally(error -> {
                        troubles.add("reading items", error);
                        return Map.of();
                    })
                    .thenCompose(found -> foldItems(tasks, found));
        }

        private CompletableFuture<Void> foldItems(List<Task> tasks, Map<ItemKey, StoredItem> found) {
            ItemFold fold = new ItemFold(ports, settings, cache, counts, troubles, violations, stop);
            return Flight.run(
                    tasks,
                    settings.maxPutsInFlight(),
                    stop,
                    task -> {
                        StoredItem base = task.cached() != null ? task.cached() : found.get(task.item().key);
                        Position act = Objects.requireNonNull(
                                row.views().get(task.view().view().version()));
                        return fold.fold(task.item(), task.view(), rows, act, base);
                    },
                    (task, error) -> {
                        if (error != null) {
                            troubles.add("folding an item", error);
                        }
                        counts.itemsFailed.increment();
                        failed(task.item().firstRow());
                    });
        }

        private synchronized void failed(int index) {
            lowestFailed = Math.min(lowestFailed, index);
        }

        private synchronized int lowestFailed() {
            return lowestFailed;
        }

        /** A record that a view cannot fold, on its way to the quarantine. */
        private record Refusal(int row, Quarantine.Entry entry) {}

        private record Task(
                ViewWork view, ItemWork item, @Nullable StoredItem cached) {}
    }
}
