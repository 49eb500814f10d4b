package dev.tidemark.core.fold;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One batch on its way through the protocol. */
final class BatchRun {

    /** How often the lane's views may change under one batch. */
    private static final int MAX_ROUNDS = 5;

    /** As many as Lambda delivers at most at once, so that only packed records make more than one portion. */
    private static final int MAX_PORTION_RECORDS = 10_000;

    /** How many further rounds a batch may take because rows wait for those before them to be done (rule T3). */
    private static final int MAX_SETTLING_ROUNDS = 64;

    private final Batch batch;
    private final List<Reading> readings;
    private final Lanes lanes;
    private final RunContext context;
    private final FoldPorts ports;
    private final FoldSettings settings;
    private final BooleanSupplier stop;
    private final FoldCounts counts = new FoldCounts();
    private final Troubles troubles = new Troubles();
    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
    private @Nullable LaneRow lane;
    private final Map<String, ViewCounts> added = new HashMap<>();

    /** By view version, the last refused record of those that are durable: a further round does not put them again. */
    private final Map<String, Position> quarantined = new ConcurrentHashMap<>();

    /** Up to where the archive holds the batch; later rounds may fold a part of the same records. */
    private volatile Position archived = Position.ORIGIN;

    private int settlingRounds;
    private boolean begun;

    /** A way to parse the records, and the views that look at what it finds. */
    record Reading(RowsPool pool, List<View> views) {}

    BatchRun(
            Batch batch,
            List<Reading> readings,
            Lanes lanes,
            ItemCache cache,
            FoldPorts ports,
            FoldSettings settings,
            long stopAtMillis) {
        this.batch = batch;
        this.readings = readings;
        this.lanes = lanes;
        this.ports = ports;
        this.settings = settings;
        this.stop = () -> ports.clockMillis().getAsLong() >= stopAtMillis;
        this.context = new RunContext(ports, settings, cache, counts, troubles, violations, stop);
    }

    CompletableFuture<BatchOutcome> run() {
        counts.records.add(batch.records().size());
        return open(1);
    }

    private CompletableFuture<BatchOutcome> open(int round) {
        return lanes.open(batch.lane(), troubles)
                .exceptionally(error -> {
                    troubles.add("reading the control table", error);
                    return new Lanes.Opened(null, BatchOutcome.Hold.CONTROL_UNAVAILABLE);
                })
                .thenCompose(opened -> opened.row() == null
                        ? completed(held(Objects.requireNonNull(opened.held())))
                        : round(opened.row(), round));
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
        if (row.awaitsOverlap()) {
            return join(row, round);
        }
        if (lanes.lacksAncestors(row)) {
            return open(round + 1);
        }
        List<RawRecord> records = above(row.last());
        if (!begun) {
            begun = true;
            counts.redelivered.add(batch.records().size() - records.size());
        }
        if (records.isEmpty()) {
            return completed(report(batch.last()));
        }
        Round folding = portion(row, records);
        return folding.fold()
                .thenCompose(done -> done == null
                        ? completed(report(row.last()))
                        : advance(row, new Folded(folding.records, folding.works, done, round), 1));
    }

    /** F11: of the records that are not done the first, as many as one round may fold. */
    private Round portion(LaneRow row, List<RawRecord> records) {
        Round most = new Round(row, records.subList(0, Math.min(records.size(), MAX_PORTION_RECORDS)));
        int portion = BatchDecisions.portion(most.works, most.records.size(), settings.maxPortionItems());
        if (portion == most.records.size()) {
            return most;
        }
        most.giveBackRows();
        return new Round(row, records.subList(0, portion));
    }

    /** R3: the first batch after a restore is folded only if nothing can be missing before it. */
    private CompletableFuture<BatchOutcome> join(LaneRow row, int round) {
        return new HandOver(ports.lineage())
                .problem(row, batch.first())
                .thenCompose(problem -> {
                    if (problem.isPresent()) {
                        troubles.add(problem.get());
                        return completed(held(BatchOutcome.Hold.DOES_NOT_JOIN));
                    }
                    return ports.control()
                            .writeLane(row.joined())
                            .exceptionally(Cas.Unknown::new)
                            .thenCompose(written -> open(round + 1));
                })
                .exceptionally(error -> {
                    troubles.add(
                            "finding the first record of lane " + row.lane().id(), error);
                    return held(BatchOutcome.Hold.CONTROL_UNAVAILABLE);
                });
    }

    /**
     * Once the lane row says {@code done}: the rows that waited for that, and the next portion, are folded now, or when the
     * batch is delivered again.
     */
    private CompletableFuture<BatchOutcome> goOn(LaneRow row, Folded folded) {
        counts.portions.increment();
        Done done = folded.done();
        boolean isWhole = done.position().equals(folded.last());
        boolean goesOn =
                isWhole ? batch.last().isAfter(folded.last()) : done.waiting() && settlingRounds < MAX_SETTLING_ROUNDS;
        if (!goesOn || stop.getAsBoolean()) {
            return completed(report(done.position()));
        }
        settlingRounds += isWhole ? 0 : 1;
        return round(row, folded.round());
    }

    /**
     * How far a round got.
     *
     * @param waiting whether it got no further only because rows wait for this position to be done (rule T3)
     */
    private record Done(Position position, boolean waiting) {}

    /** What the lane row says is done needs no second look: it is archived and in every item. */
    private List<RawRecord> above(Position last) {
        List<RawRecord> records = batch.records();
        return records.subList(BatchDecisions.firstAfter(last, records), records.size());
    }

    /**
     * What one round has made durable, and the lane row does not say yet.
     *
     * @param records the portion of the batch
     * @param works what the views made of the records
     * @param done how far it got
     */
    private record Folded(List<RawRecord> records, List<ViewWork> works, Done done, int round) {

        Position last() {
            return records.get(records.size() - 1).position();
        }
    }

    /** F8. */
    private CompletableFuture<BatchOutcome> advance(LaneRow row, Folded folded, int attempt) {
        LaneRow next = BatchDecisions.advanced(
                row, folded.records(), folded.works(), folded.done().position());
        return ports.control().writeLane(next).exceptionally(Cas.Unknown::new).thenCompose(result -> {
            if (result instanceof Cas.Stored) {
                advanced(row, next, folded);
                return goOn(next, folded);
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
        violations.addAll(BatchDecisions.miscounted(next, folded.works()));
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
        return current.last().compareTo(folded.done().position()) >= 0
                ? goOn(current, folded)
                : advance(current, folded, 1);
    }

    /** F9: success up to {@code done}, and everything after it once more. */
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
        return new BatchOutcome(firstFailed, hold, lane, added, counts, troubles.list(), violations);
    }

    private static <T> CompletableFuture<T> completed(T value) {
        return CompletableFuture.completedFuture(value);
    }

    /** Everything of a portion of the batch that one version of the lane row asks for. */
    private final class Round implements StateFold.Rows {

        private final LaneRow row;
        private final List<RawRecord> records;
        private final List<Parsed> parsed = new ArrayList<>();
        private final List<ViewWork> works = new ArrayList<>();
        private int lowestFailed;
        private int lowestHeld;

        Round(LaneRow row, List<RawRecord> records) {
            this.row = row;
            this.records = records;
            this.lowestFailed = records.size();
            this.lowestHeld = records.size();
            readings.forEach(this::sort);
        }

        /** @return how far the portion is done; null if not even its first record is */
        CompletableFuture<@Nullable Done> fold() {
            CompletableFuture<Boolean> archiving = archive();
            StateFold state = new StateFold(context, row, works, this);
            return quarantine().thenCompose(ignored -> state.run()).thenCombine(archiving, (ignored, isArchived) -> {
                giveBackRows();
                return done(isArchived);
            });
        }

        void giveBackRows() {
            parsed.forEach(one -> one.pool().giveBack(one.rows()));
        }

        /** Nothing is parsed for views that the lane does not fold, such as those of a catalog that waits its turn. */
        private void sort(Reading reading) {
            BatchRows rows = null;
            for (View view : reading.views()) {
                Position act = row.views().get(view.version());
                if (act != null) {
                    if (rows == null) {
                        rows = parse(reading.pool());
                    }
                    ViewWork work = new ViewWork(view, row.lane().id(), records.size());
                    work.sort(rows, records, act);
                    works.add(work);
                }
            }
        }

        private BatchRows parse(RowsPool pool) {
            BatchRows rows = pool.take();
            parsed.add(new Parsed(pool, rows));
            rows.read(records, row.lane().shardId());
            return rows;
        }

        private synchronized @Nullable Done done(boolean isArchived) {
            Position done = BatchDecisions.done(records, isArchived ? lowestFailed : 0);
            Position held = BatchDecisions.held(done, records, lowestHeld);
            return held == null ? null : new Done(held, !held.equals(done));
        }

        /** F7: done never passes what the archive has confirmed, and a portion is one segment. */
        private CompletableFuture<Boolean> archive() {
            Position last = records.get(records.size() - 1).position();
            if (!last.isAfter(archived)) {
                return CompletableFuture.completedFuture(true);
            }
            return ports.archive()
                    .append(new Archive.Segment(row.lane(), row.last(), row.count(), records))
                    .handle((ignored, error) -> {
                        if (error != null) {
                            counts.archiveFailures.increment();
                            troubles.add("writing to the archive", error);
                        }
                        if (error == null) {
                            archived = last;
                        }
                        return error == null;
                    });
        }

        /** F3: whoever cannot fold a record keeps it, before anybody counts it as done; a view's are kept together. */
        private CompletableFuture<Void> quarantine() {
            List<Refusals> refusals = new ArrayList<>();
            for (ViewWork work : works) {
                Position known = quarantined.getOrDefault(work.view().version(), Position.ORIGIN);
                List<ViewWork.Bad> bad = work.bad().stream()
                        .filter(one -> position(one).isAfter(known))
                        .toList();
                if (!bad.isEmpty()) {
                    refusals.add(new Refusals(work.view(), bad));
                }
            }
            return Flight.run(
                    refusals,
                    settings.maxPutsInFlight(),
                    stop,
                    this::put,
                    (refused, error) -> failed(refused.firstRow()));
        }

        private Position position(ViewWork.Bad bad) {
            return records.get(bad.row()).position();
        }

        private CompletableFuture<Boolean> put(Refusals refused) {
            View view = refused.view();
            List<Quarantine.Entry> entries = refused.bad().stream()
                    .map(bad -> new Quarantine.Entry(
                            view.name(), view.version(), row.lane(), records.get(bad.row()), bad.reason()))
                    .toList();
            return ports.quarantine().put(entries).handle((ignored, error) -> {
                if (error == null) {
                    quarantined.put(view.version(), position(refused.last()));
                } else {
                    troubles.add("writing to the quarantine", error);
                }
                return error == null;
            });
        }

        @Override
        public synchronized void failed(int index) {
            lowestFailed = Math.min(lowestFailed, index);
        }

        @Override
        public synchronized void held(int index) {
            lowestHeld = Math.min(lowestHeld, index);
        }

        /** Records as one reading sees them, to be given back to its pool. */
        private record Parsed(RowsPool pool, BatchRows rows) {}

        /** The records that a view cannot fold, on their way to the quarantine. */
        private record Refusals(View view, List<ViewWork.Bad> bad) {

            int firstRow() {
                return bad.get(0).row();
            }

            ViewWork.Bad last() {
                return bad.get(bad.size() - 1);
            }
        }
    }
}
