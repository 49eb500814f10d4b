package dev.tidemark.core.fold;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Folds a portion of a batch under one version of the lane row. */
final class Round {

    private final RunContext context;
    private final Kept kept;
    private final LaneRow row;
    private final List<RawRecord> records;
    private final List<Parsed> parsed = new ArrayList<>();
    private final List<ViewWork> works = new ArrayList<>();
    private final RowLimits limits;
    private final Map<RowsPool, Inputs.Ready> ready;

    /** What earlier rounds of the batch have stored; a further round may fold some of the same records. */
    static final class Kept {

        /** By view version, the last refused record that is durable in quarantine: up to it, none is put again. */
        private final Map<String, Position> quarantined = new ConcurrentHashMap<>();

        /** The position up to which the archive holds the batch. */
        private volatile Position archived = Position.ORIGIN;
    }

    /**
     * The result of a round.
     *
     * @param waiting whether it stopped only because rows wait until this position is done (rule T3)
     */
    record Done(Position position, boolean waiting) {}

    /** Records as one reading parses them; returned to its pool afterwards. */
    private record Parsed(RowsPool pool, BatchRows rows) {}

    /** The records that a view cannot fold, for the quarantine. */
    private record Refusals(View view, List<ViewWork.Bad> bad) {

        int firstRow() {
            return bad.get(0).row();
        }

        ViewWork.Bad last() {
            return bad.get(bad.size() - 1);
        }
    }

    /** @param ready what reading the records needs, of each pool with a view that the lane folds */
    Round(
            RunContext context,
            List<RowsPool> pools,
            Map<RowsPool, Inputs.Ready> ready,
            Kept kept,
            LaneRow row,
            List<RawRecord> records) {
        this.context = context;
        this.kept = kept;
        this.row = row;
        this.records = records;
        this.limits = new RowLimits(records.size());
        this.ready = ready;
        pools.forEach(this::sort);
    }

    /** The portion of the batch. */
    List<RawRecord> records() {
        return records;
    }

    /** The views' work on the records. */
    List<ViewWork> works() {
        return works;
    }

    /** @return the position up to which the portion is done; null if not even its first record is */
    CompletableFuture<@Nullable Done> fold() {
        CompletableFuture<Boolean> archiving = archive();
        StateFold state = new StateFold(context, row, works, limits);
        return quarantine().thenCompose(ignored -> state.run()).thenCombine(archiving, (ignored, isArchived) -> {
            giveBackRows();
            return done(isArchived);
        });
    }

    void giveBackRows() {
        parsed.forEach(one -> one.pool().giveBack(one.rows()));
    }

    /** Nothing is parsed for views that the lane does not fold, such as those of a next catalog. */
    private void sort(RowsPool pool) {
        BatchRows rows = null;
        for (View view : pool.views()) {
            Position activatedAfter = row.views().get(view.version());
            if (activatedAfter != null) {
                if (rows == null) {
                    rows = parse(pool);
                }
                ViewWork work = new ViewWork(view, row.lane().id(), records.size());
                work.sort(rows, records, activatedAfter);
                works.add(work);
            }
        }
    }

    private BatchRows parse(RowsPool pool) {
        BatchRows rows = pool.take();
        parsed.add(new Parsed(pool, rows));
        rows.read(records, row.lane().shardId(), Objects.requireNonNull(ready.get(pool)));
        context.counts().notFound.add(rows.notFound());
        return rows;
    }

    private @Nullable Done done(boolean isArchived) {
        Position done = BatchDecisions.done(records, isArchived ? limits.lowestFailed() : 0);
        Position held = BatchDecisions.held(done, records, limits.lowestHeld());
        return held == null ? null : new Done(held, !held.equals(done));
    }

    /** F7: done never passes what the archive has confirmed, and a portion is one segment. */
    private CompletableFuture<Boolean> archive() {
        Position last = records.get(records.size() - 1).position();
        if (!last.isAfter(kept.archived)) {
            return CompletableFuture.completedFuture(true);
        }
        return context.ports()
                .archive()
                .append(new Archive.Segment(row.lane(), row.last(), row.count(), records))
                .handle((ignored, error) -> {
                    if (error != null) {
                        context.counts().archiveFailures.increment();
                        context.troubles().add("writing to the archive", error);
                    }
                    if (error == null) {
                        kept.archived = last;
                    }
                    return error == null;
                });
    }

    /**
     * F3: a record that a view cannot fold is in quarantine before it counts as done; a view's records are stored
     * together.
     */
    private CompletableFuture<Void> quarantine() {
        List<Refusals> refusals = new ArrayList<>();
        for (ViewWork work : works) {
            Position known = kept.quarantined.getOrDefault(work.view().version(), Position.ORIGIN);
            List<ViewWork.Bad> bad = work.bad().stream()
                    .filter(one -> position(one).isAfter(known))
                    .toList();
            if (!bad.isEmpty()) {
                refusals.add(new Refusals(work.view(), bad));
            }
        }
        return Flight.run(
                refusals,
                context.settings().maxPutsInFlight(),
                context.stop(),
                this::put,
                (refused, error) -> limits.failed(refused.firstRow()));
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
        return context.ports().quarantine().put(entries).handle((ignored, error) -> {
            if (error == null) {
                kept.quarantined.put(view.version(), position(refused.last()));
            } else {
                context.troubles().add("writing to the quarantine", error);
            }
            return error == null;
        });
    }
}
