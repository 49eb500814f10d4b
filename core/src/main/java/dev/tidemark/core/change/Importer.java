package dev.tidemark.core.change;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.async.Loop;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneDecisions;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import dev.tidemark.core.view.WriteCost;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Carries out an import whose manifest is stored (rule I1): first the rows of every part are archived, then every part's
 * lane gets its row, then the parts are folded. A part is folded in memory, by the fold's own code, and each of its items
 * is written once; then its row goes from the beginning to the end in one step. So it may be interrupted, repeated and run
 * twice at once: what is written is a function of the part.
 */
public final class Importer {

    /** Also how the items are laid out may depend on it, so it is no setting. */
    static final int BATCH_RECORDS = 10_000;

    private static final int MAX_TRIES = 8;
    private static final long FIRST_REST_MILLIS = 25;
    private static final int MOST_SEGMENT_BYTES = 16 << 20;

    /** Each of many items: more would only wait for each other. */
    private static final int WRITES_IN_FLIGHT = 8;

    private final Catalogs catalogs;
    private final ChangePorts ports;
    private final Archive archive;
    private final Settings settings;
    private final RepeatedWrite writes;

    /**
     * How an import behaves.
     *
     * @param fold as the ingest function's; the generation is taken from the control row
     * @param partsAtOnce how many parts are archived, and later folded, at once; each is in memory while it is folded
     * @param executor where parts are folded
     */
    public record Settings(FoldSettings fold, int partsAtOnce, Executor executor) {

        public Settings {
            if (partsAtOnce < 1) {
                throw new IllegalArgumentException(partsAtOnce + " parts at once");
            }
        }
    }

    /** Is told the progress, by several threads. */
    public interface Progress {

        /** So many rows were just archived. */
        void archived(int rows);

        /** So many rows were just folded; not yet all written. */
        void folded(int rows);

        /** A part is done, with so many items; 0 if it was done before. */
        void done(Part part, int items);
    }

    /**
     * What an import writes into the state table.
     *
     * @param writeUnits what DynamoDB charges for that
     */
    public record Written(long items, long writeUnits) {}

    /** @param archive where the rows go */
    public Importer(Catalogs catalogs, ChangePorts ports, Archive archive, Settings settings) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.archive = archive;
        this.settings = settings;
        this.writes = new RepeatedWrite(ports.pause(), ports.random());
    }

    /**
     * Imports what is not imported yet.
     *
     * @param rows those of the manifest
     * @return completes exceptionally when a store does not answer or a row cannot be folded; another call goes on
     */
    public CompletableFuture<Void> run(Manifest manifest, ImportRows rows, Progress progress) {
        return started()
                .thenCompose(control -> Flight.all(
                                manifest.parts(),
                                settings.partsAtOnce(),
                                part -> begin(manifest.lane(part), part, rows, progress))
                        .thenCompose(begun -> Flight.all(
                                manifest.parts(),
                                settings.partsAtOnce(),
                                part -> CompletableFuture.completedFuture(null)
                                        .thenComposeAsync(
                                                turn -> fold(manifest.lane(part), part, rows, progress),
                                                settings.executor()))));
    }

    /**
     * Folds one part as {@link #run} would, and stores nothing.
     *
     * @param manifest need not be stored
     * @return what the part would write; completes exceptionally as {@link #run} would
     */
    public CompletableFuture<Written> rehearse(Manifest manifest, Part part, ImportRows rows, Progress progress) {
        return ports.control().readControl().thenCompose(stored -> {
            ControlRow control = stored.isPresent() ? CatalogSwitch.live(stored) : first();
            Turn turn = new Turn(control, LaneDecisions.born(manifest.lane(part), control));
            StagedItems items = new StagedItems();
            FoldPorts nowhere = ports(
                    items, new StagedLane(control, turn.row()), refused -> CompletableFuture.completedFuture(null));
            return deliver(turn, nowhere, part, rows, progress).thenApply(folded -> {
                List<Found> all = items.all();
                long units = all.stream()
                        .mapToLong(item -> WriteCost.units(item.bytes()))
                        .sum();
                return new Written(all.size(), units);
            });
        });
    }

    /** Where nothing was ever folded, the import is the first to say what is. */
    private CompletableFuture<ControlRow> started() {
        return ports.control()
                .readControl()
                .thenCompose(stored -> stored.isPresent()
                        ? CompletableFuture.completedFuture(CatalogSwitch.live(stored))
                        : writes.untilKnown(() -> ports.control().writeControl(first()))
                                .thenCompose(written -> ports.control().readControl())
                                .thenApply(CatalogSwitch::live));
    }

    private ControlRow first() {
        Set<String> versions =
                catalogs.current().views().stream().map(View::version).collect(Collectors.toUnmodifiableSet());
        return Activation.next(null, versions, settings.fold().generation()).orElseThrow();
    }

    private CompletableFuture<Void> begin(Lane lane, Part part, ImportRows rows, Progress progress) {
        return ports.control()
                .readLane(lane)
                .thenCompose(row -> row.filter(Importer::isArchived).isPresent()
                        ? CompletableFuture.completedFuture(null)
                        : archive(lane, part, rows, progress).thenCompose(archived -> create(lane)));
    }

    /** All rows are archived before there is a lane (rule F7), except where a restore made it of those that were. */
    private static boolean isArchived(LaneRow row) {
        return row.last().equals(Position.ORIGIN) || row.ended();
    }

    private CompletableFuture<Void> archive(Lane lane, Part part, ImportRows rows, Progress progress) {
        ImportRows.Cursor cursor = rows.open(part.index());
        Segments segments = new Segments(lane, progress);
        return Loop.whileTrue(() -> cursor.next(BATCH_RECORDS)
                        .thenCompose(next -> next.isEmpty()
                                ? CompletableFuture.completedFuture(false)
                                : segments.append(next).thenApply(appended -> true)))
                .whenComplete((done, error) -> cursor.close());
    }

    /** Writes a part's segments, each after the one before. */
    private final class Segments {

        private final Lane lane;
        private final Progress progress;
        private Position last = Position.ORIGIN;
        private long count;

        Segments(Lane lane, Progress progress) {
            this.lane = lane;
            this.progress = progress;
        }

        CompletableFuture<Void> append(List<RawRecord> records) {
            int[] from = {0};
            return Loop.whileTrue(() -> {
                if (from[0] == records.size()) {
                    return CompletableFuture.completedFuture(false);
                }
                int until = end(records, from[0]);
                List<RawRecord> some = List.copyOf(records.subList(from[0], until));
                from[0] = until;
                return archive.append(new Archive.Segment(lane, last, count, some))
                        .thenApply(durable -> {
                            last = some.get(some.size() - 1).position();
                            count += some.size();
                            progress.archived(some.size());
                            return true;
                        });
            });
        }

        private static int end(List<RawRecord> records, int from) {
            long bytes = records.get(from).data().length;
            int until = from + 1;
            while (until < records.size() && bytes + records.get(until).data().length <= MOST_SEGMENT_BYTES) {
                bytes += records.get(until++).data().length;
            }
            return until;
        }
    }

    /** L1. */
    private CompletableFuture<Void> create(Lane lane) {
        return Loop.whileTrue(() -> ports.control()
                .readControl()
                .thenApply(CatalogSwitch::live)
                .thenCompose(control -> writes.untilKnown(
                        () -> ports.control().createLane(LaneDecisions.born(lane, control), control.rev())))
                // Without a row, the control row has moved on meanwhile.
                .thenApply(result -> result instanceof Cas.Conflict<LaneRow> conflict && conflict.current() == null));
    }

    private CompletableFuture<Void> fold(Lane lane, Part part, ImportRows rows, Progress progress) {
        return Loop.whileTrue(() -> ports.control()
                .readControl()
                .thenApply(CatalogSwitch::live)
                .thenCombine(ports.control().readLane(lane), (control, row) -> new Turn(control, row(lane, row)))
                .thenCompose(turn -> turn.row().ended()
                        ? CompletableFuture.completedFuture(false)
                        : take(turn, part, rows, progress).thenApply(taken -> !taken)));
    }

    private record Turn(ControlRow control, LaneRow row) {}

    /** After a restore nothing can be missing before the first row of a part, with which it is begun again (rule R3). */
    private static LaneRow row(Lane lane, Optional<LaneRow> row) {
        return row.orElseThrow(() -> new IllegalStateException("the row of lane " + lane.id()
                        + " is gone; was the state restored meanwhile? Run the import again"))
                .withAwaitsOverlap(false);
    }

    /** @return whether the part is done; if not, somebody else wrote its row */
    private CompletableFuture<Boolean> take(Turn turn, Part part, ImportRows rows, Progress progress) {
        if (!turn.row().generation().equals(turn.control().generation())) {
            throw new IllegalStateException("lane " + turn.row().lane().id() + " folds into generation "
                    + turn.row().generation() + ", not " + turn.control().generation());
        }
        return turn.row().last().equals(Position.ORIGIN)
                ? fromTheBeginning(turn, part, rows, progress)
                : further(turn, part, rows, progress);
    }

    private CompletableFuture<Boolean> fromTheBeginning(Turn turn, Part part, ImportRows rows, Progress progress) {
        StagedItems items = new StagedItems();
        StagedLane lane = new StagedLane(turn.control(), turn.row());
        return deliver(turn, ports(items, lane, ports.quarantine()), part, rows, progress)
                .thenCompose(folded -> writeAll(items))
                .thenCompose(written -> end(turn.row(), lane.row()))
                .thenApply(done -> told(done, part, items.all().size(), progress));
    }

    /** A restore may leave the lane anywhere: the rest is folded as a stream's records are. */
    private CompletableFuture<Boolean> further(Turn turn, Part part, ImportRows rows, Progress progress) {
        return deliver(turn, ports(ports.items(), ports.control(), ports.quarantine()), part, rows, progress)
                .thenCompose(folded -> ports.control().readLane(turn.row().lane()))
                .thenCompose(row -> row.isPresent() && row.get().last().equals(part.end())
                        ? end(row.get(), row.get())
                        : CompletableFuture.completedFuture(false))
                .thenApply(done -> told(done, part, 0, progress));
    }

    private static boolean told(boolean done, Part part, int items, Progress progress) {
        if (done) {
            progress.done(part, items);
        }
        return done;
    }

    private FoldPorts ports(ItemStore items, ControlStore control, Quarantine refused) {
        return new FoldPorts(
                items,
                control,
                segment -> CompletableFuture.completedFuture(null),
                refused,
                Lineage.NEVER_RESHARDED,
                ports.pause(),
                ports.clockMillis(),
                ports.random(),
                ports.past().inputs());
    }

    private CompletableFuture<Void> deliver(Turn turn, FoldPorts into, Part part, ImportRows rows, Progress progress) {
        BatchFold fold = new BatchFold(
                catalogs, into, settings.fold().withGeneration(turn.control().generation()));
        ImportRows.Cursor cursor = rows.open(part.index());
        return Loop.whileTrue(() -> cursor.next(BATCH_RECORDS)
                        .thenCompose(next -> next.isEmpty()
                                ? CompletableFuture.completedFuture(false)
                                : fold(fold, new Batch(turn.row().lane(), next), 1)
                                        .thenApply(folded -> {
                                            progress.folded(next.size());
                                            return true;
                                        })))
                .whenComplete((done, error) -> cursor.close());
    }

    private CompletableFuture<Void> fold(BatchFold fold, Batch batch, int attempt) {
        return fold.fold(batch, Long.MAX_VALUE).thenCompose(outcome -> {
            if (outcome.isDone()) {
                return CompletableFuture.completedFuture(null);
            }
            if (attempt == MAX_TRIES) {
                return CompletableFuture.failedFuture(new IllegalStateException("lane "
                        + batch.lane().id() + " was not folded on, " + outcome.held() + ": " + outcome.troubles()));
            }
            return ports.pause()
                    .millis(FIRST_REST_MILLIS << attempt)
                    .thenCompose(rested -> fold(fold, batch, attempt + 1));
        });
    }

    /** Whatever is there: only runs of this import write items of its lanes, and they write the same. */
    private CompletableFuture<Void> writeAll(StagedItems items) {
        List<Found> all = items.all();
        List<List<Found>> writesAtOnce = IntStream.iterate(
                        0, from -> from < all.size(), from -> from + ItemStore.MOST_PUTS)
                .mapToObj(from -> all.subList(from, Math.min(all.size(), from + ItemStore.MOST_PUTS)))
                .toList();
        return Flight.all(
                writesAtOnce,
                WRITES_IN_FLIGHT,
                some -> writes.untilKnown(() -> ports.items().putAll(some).thenApply(written ->
                                (Cas<StoredItem>) new Cas.Stored<StoredItem>()))
                        .thenApply(written -> null));
    }

    /** @return whether the row says so now; if not, another one wrote it, or a view was activated meanwhile */
    private CompletableFuture<Boolean> end(LaneRow stored, LaneRow folded) {
        LaneRow next = folded.atItsEnd();
        LaneRow ended = new LaneRow(
                next.lane(),
                stored.rev() + 1,
                next.last(),
                next.count(),
                next.maxArrivalMillis(),
                next.generation(),
                next.views(),
                next.counts(),
                next.ancestors(),
                next.awaitsOverlap(),
                true,
                next.warmUps());
        return writes.untilKnown(() -> ports.control().writeLane(ended))
                .thenApply(result -> result instanceof Cas.Stored);
    }
}
