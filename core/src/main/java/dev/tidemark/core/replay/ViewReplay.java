package dev.tidemark.core.replay;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventReader;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.fold.EntityIds;
import dev.tidemark.core.fold.LaneReplay;
import dev.tidemark.core.port.CheckpointStore;
import dev.tidemark.core.port.ItemStore;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.port.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One view replayed from the archive: every event that the fold put into the view's items, with the lane in which it
 * did, whether of the stream, a backfill or a redrive. Lanes are read one after the other, each after those it descends
 * from, whose event ids it needs (rule T3). Used once.
 */
public final class ViewReplay {

    /** Arrivals go back by less than this: a segment whose first record arrived that much later holds no earlier one. */
    public static final long REGRESS_MILLIS = 3_600_000L;

    private final ReplayPorts ports;
    private final Catalog.Source source;
    private final View view;
    private final Function<EventShape, EventReader> readers;
    private final LaneReplay.EntityFilter wanted;
    private final Sink sink;

    /** The ids of every lane, by lane id. */
    private final Map<String, EntityIds> ids = new HashMap<>();

    /** By lane id, of the records that were known at the range's {@code asOfMillis}. */
    private final Map<String, Progress> asOf = new TreeMap<>();

    /** Likewise, of all that were read. */
    private final Map<String, Progress> reached = new TreeMap<>();

    private long records;

    /** Is told what counts in the view. */
    @FunctionalInterface
    public interface Sink {

        /**
         * @param laneId whose items the event goes into
         * @param row valid during the call only
         * @param knownMillis from when on the event was known (rule T1): the running maximum of its lane's arrivals, or
         *     the time of its redrive, also of one that was for an earlier version of the view (rule B1)
         */
        void folded(String laneId, EventRow row, String entity, long filterBits, long knownMillis);

        /**
         * A record that changes nothing; see {@link LaneReplay.Visitor#other}.
         *
         * @param lane whose items the event would have gone into
         * @param record with the payload that was judged, and position, arrival and partition key as archived
         */
        default void other(Lane lane, RawRecord record, LaneReplay.Fate fate) {}
    }

    /**
     * What to replay.
     *
     * @param checkpoint the positions to begin after; null for the beginning of the archive
     * @param rows the lane rows of the view's stream
     * @param fromArrivalMillis {@link Long#MIN_VALUE}, or records that arrived earlier may be passed over: for those who
     *     need nothing of what came before, neither values nor the ids of events sent twice. Not with a checkpoint
     * @param asOfMillis of what was known until then the replay remembers {@linkplain #rowsAsOf how far} the lanes were
     * @param untilKnownMillis nothing is told that was known later; a lane is left there. At least {@code asOfMillis}
     * @param untilArrivalMillis segments whose first record arrived later, by more than arrivals go back, are not read
     */
    public record Range(
            CheckpointStore.@Nullable Manifest checkpoint,
            List<LaneRow> rows,
            long fromArrivalMillis,
            long asOfMillis,
            long untilKnownMillis,
            long untilArrivalMillis) {

        public Range {
            if (checkpoint != null && fromArrivalMillis != Long.MIN_VALUE) {
                throw new IllegalArgumentException("after checkpoint " + checkpoint.id() + " and from arrival "
                        + fromArrivalMillis + " on: one of them");
            }
        }

        /** After the checkpoint if there is one, or from the beginning of the archive. */
        public Range(
                CheckpointStore.@Nullable Manifest checkpoint,
                List<LaneRow> rows,
                long asOfMillis,
                long untilKnownMillis,
                long untilArrivalMillis) {
            this(checkpoint, rows, Long.MIN_VALUE, asOfMillis, untilKnownMillis, untilArrivalMillis);
        }

        /** Everything that arrived in some time, whenever it was known, ends included. */
        public static Range arrived(List<LaneRow> rows, long fromMillis, long untilMillis) {
            return new Range(null, rows, fromMillis, Long.MAX_VALUE, Long.MAX_VALUE, untilMillis);
        }

        /** Everything there is, after the checkpoint if there is one. */
        public static Range all(List<LaneRow> rows, CheckpointStore.@Nullable Manifest checkpoint) {
            return new Range(checkpoint, rows, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
        }
    }

    /** How far a lane was replayed. */
    private static final class Progress {
        private final Lane lane;
        private Position last;
        private long count;
        private long maxArrivalMillis;

        Progress(Lane lane, LaneStart start) {
            this.lane = lane;
            this.last = start.last();
            this.count = start.count();
            this.maxArrivalMillis = start.maxArrivalMillis();
        }

        void advance(Position to, long number, long maxArrival) {
            last = to;
            count = number;
            maxArrivalMillis = maxArrival;
        }

        /** The lane row as it was when this was done. */
        LaneRow row(View view, @Nullable LaneRow now) {
            return new LaneRow(
                    lane,
                    1,
                    last,
                    count,
                    maxArrivalMillis,
                    "replay",
                    Map.of(view.version(), Position.ORIGIN),
                    Map.of(),
                    now == null ? null : now.ancestors());
        }
    }

    public ViewReplay(
            ReplayPorts ports,
            Catalog.Source source,
            View view,
            Function<EventShape, EventReader> readers,
            LaneReplay.EntityFilter wanted,
            Sink sink) {
        this.ports = ports;
        this.source = source;
        this.view = view;
        this.readers = readers;
        this.wanted = wanted;
        this.sink = sink;
    }

    /** The ids that a lane remembers; may be seeded before the replay. */
    public EntityIds idsOf(String laneId) {
        return ids.computeIfAbsent(laneId, EntityIds::new);
    }

    /** Takes over the ids item of a checkpoint. */
    public void seed(ItemStore.Found item) {
        idsOf(item.key().lane()).seed(item.key(), item.item());
    }

    /** Every lane's ids, by lane id. */
    public Map<String, EntityIds> ids() {
        return ids;
    }

    /** The lane rows as they were at the range's {@code asOfMillis}, sorted by lane id; without lanes born later. */
    public List<LaneRow> rowsAsOf(List<LaneRow> rows) {
        return rows(asOf, rows);
    }

    /** The lane rows of everything that was read, sorted by lane id. */
    public List<LaneRow> rowsReached(List<LaneRow> rows) {
        return rows(reached, rows);
    }

    private List<LaneRow> rows(Map<String, Progress> lanes, List<LaneRow> rows) {
        Map<String, LaneRow> now = byId(rows);
        return lanes.values().stream()
                .map(one -> one.row(view, now.get(one.lane.id())))
                .toList();
    }

    /** How many records were read. */
    public long records() {
        return records;
    }

    /** Completes with {@link dev.tidemark.core.port.DamagedArchive} if the archive is not whole. */
    public CompletableFuture<Void> run(Range range) {
        return RepairedRecords.read(ports.redrives(), ports.control(), view.version(), ofStream(range.rows()))
                .thenCompose(repaired -> run(range, repaired));
    }

    private CompletableFuture<Void> run(Range range, RepairedRecords repaired) {
        Map<String, LaneStart> starts = new HashMap<>();
        CheckpointStore.Manifest checkpoint = range.checkpoint();
        if (checkpoint != null) {
            for (LaneRow row : ofStream(checkpoint.positions().lanes())) {
                starts.put(row.lane().id(), LaneStart.of(row));
                asOf.put(row.lane().id(), new Progress(row.lane(), LaneStart.of(row)));
                reached.put(row.lane().id(), new Progress(row.lane(), LaneStart.of(row)));
            }
        }
        return log(range, starts)
                .thenCompose(log -> lanes(parentsFirst(log.lanes(), byId(range.rows()), repaired), range, repaired))
                .thenCompose(done -> redrives(range));
    }

    private CompletableFuture<StreamLog> log(Range range, Map<String, LaneStart> starts) {
        long from = range.fromArrivalMillis();
        long until = range.untilArrivalMillis();
        if (from == Long.MIN_VALUE) {
            CheckpointStore.Manifest checkpoint = range.checkpoint();
            long fromMillis = checkpoint == null ? Long.MIN_VALUE : fromMillis(checkpoint, range.rows());
            return StreamLog.open(ports.archive(), source.stream(), starts, fromMillis, until);
        }
        return StreamLog.openWithin(ports.archive(), source.stream(), from - view.streamRetentionMillis(), until)
                .thenApply(log -> {
                    log.expect(range.rows().stream()
                            .filter(row -> row.maxArrivalMillis() >= from && row.maxArrivalMillis() <= until)
                            .toList());
                    return log;
                });
    }

    /**
     * From when on records after the checkpoint can have arrived: of a lane that it knows not before the lane's latest, if
     * the lane has moved since at all; of another one as long ago as the stream keeps records.
     */
    private long fromMillis(CheckpointStore.Manifest checkpoint, List<LaneRow> rows) {
        Map<String, LaneRow> later = byId(rows);
        return ofStream(checkpoint.positions().lanes()).stream()
                .filter(row -> {
                    LaneRow now = later.get(row.lane().id());
                    return now == null || now.last().isAfter(row.last());
                })
                .mapToLong(LaneRow::maxArrivalMillis)
                .reduce(checkpoint.timeMillis() - view.streamRetentionMillis(), Math::min);
    }

    private List<LaneRow> ofStream(List<LaneRow> rows) {
        return rows.stream()
                .filter(row -> row.lane().streamName().equals(source.stream()))
                .toList();
    }

    private static Map<String, LaneRow> byId(List<LaneRow> rows) {
        Map<String, LaneRow> byId = new HashMap<>();
        rows.forEach(row -> byId.put(row.lane().id(), row));
        return byId;
    }

    private static List<LaneLog> parentsFirst(List<LaneLog> logs, Map<String, LaneRow> rows, RepairedRecords repaired) {
        Map<String, LaneLog> byId = new HashMap<>();
        logs.forEach(log -> byId.put(log.laneId(), log));
        Set<String> laneIds = new HashSet<>(byId.keySet());
        laneIds.addAll(rows.keySet());
        Map<String, Set<String>> before = new HashMap<>();
        for (String laneId : laneIds) {
            before.put(laneId, new HashSet<>(ancestors(rows.get(laneId))));
            before.get(laneId).addAll(repaired.ancestors(laneId));
        }
        return LaneOrder.parentsFirst(before).stream()
                .filter(byId::containsKey)
                .map(byId::get)
                .toList();
    }

    private static Set<String> ancestors(@Nullable LaneRow row) {
        return row == null || row.ancestors() == null
                ? Set.of()
                : row.ancestors().keySet();
    }

    private CompletableFuture<Void> lanes(List<LaneLog> logs, Range range, RepairedRecords repaired) {
        Map<String, LaneRow> rows = byId(range.rows());
        Set<String> parents = new HashSet<>();
        rows.values().forEach(row -> parents.addAll(ancestors(row)));
        logs.forEach(log -> parents.addAll(repaired.ancestors(log.laneId())));
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (LaneLog log : logs) {
            OneLane lane = new OneLane(log, rows.get(log.laneId()), parents.contains(log.laneId()), range, repaired);
            chain = chain.thenCompose(done -> lane.drain());
        }
        return chain;
    }

    private LaneReplay laneReplay(String laneId) {
        return new LaneReplay(source, List.of(view), readers, idsOf(laneId), wanted);
    }

    /** One lane of the stream, which gives its first records to a backfill's lane if the view came later. */
    private final class OneLane {
        private final LaneLog log;
        private final boolean isParent;
        private final Range range;
        private final LaneReplay live;
        private final LaneReplay backfill;
        private final Position act;
        private final RepairedRecords.OfLane repaired;
        private long runningMax;

        OneLane(LaneLog log, @Nullable LaneRow row, boolean isParent, Range range, RepairedRecords repaired) {
            this.log = log;
            this.isParent = isParent;
            this.range = range;
            this.runningMax = log.maxArrivalMillis();
            this.act = repaired.act(log.laneId(), row);
            this.repaired = repaired.of(log.laneId());
            this.live = laneReplay(log.laneId());
            live.startAfter(view, act);
            live.ancestors(ancestors(row).stream().map(ViewReplay.this::idsOf).toList());
            this.backfill = laneReplay(Lane.BACKFILL_PREFIX + log.laneId());
            backfill.ancestors(repaired.ancestors(log.laneId()).stream()
                    .map(ancestor -> idsOf(Lane.BACKFILL_PREFIX + ancestor))
                    .toList());
        }

        /** Loops as long as runs are there at once, so that a long log needs no deep stack. */
        CompletableFuture<Void> drain() {
            while (true) {
                CompletableFuture<Optional<LaneLog.Run>> next = log.next();
                if (!next.isDone()) {
                    return next.thenCompose(run -> take(run) ? drain() : CompletableFuture.completedFuture(null));
                }
                if (next.isCompletedExceptionally()) {
                    return next.thenApply(run -> null);
                }
                if (!take(next.join())) {
                    return CompletableFuture.completedFuture(null);
                }
            }
        }

        /** @return whether to go on */
        private boolean take(Optional<LaneLog.Run> next) {
            if (next.isEmpty()) {
                return false;
            }
            LaneLog.Run run = next.get();
            List<RawRecord> all = run.records();
            long[] known = known(run);
            int backfilled = 0;
            while (backfilled < all.size() && !all.get(backfilled).position().isAfter(act)) {
                backfilled++;
            }
            List<RawRecord> first = standing(all.subList(0, backfilled), known);
            if (!first.isEmpty()) {
                replay(backfill, run.lane().ofBackfill(), first, i -> known[i], range);
            }
            int from = backfilled;
            replay(live, run.lane(), all.subList(from, all.size()), i -> known[from + i], range);
            records += all.size();
            // The ids of a lane that was split or merged are asked for as they were in the end.
            return isParent || runningMax <= range.untilKnownMillis();
        }

        /** What the backfill's lane has in the archived records' places, and in {@code known} from when on. */
        private List<RawRecord> standing(List<RawRecord> archived, long[] known) {
            if (repaired.isEmpty()) {
                return archived;
            }
            for (int i = 0; i < archived.size(); i++) {
                known[i] = repaired.knownMillis(archived.get(i).position(), known[i]);
            }
            return archived.stream().map(repaired::inPlaceOf).toList();
        }

        private long[] known(LaneLog.Run run) {
            long[] known = new long[run.records().size()];
            long maxArrival = runningMax;
            for (int i = 0; i < known.length; i++) {
                RawRecord record = run.records().get(i);
                maxArrival = Math.max(maxArrival, record.arrivalMillis());
                known[i] = maxArrival;
                if (maxArrival <= range.asOfMillis()) {
                    advance(asOf, run, i, maxArrival);
                }
            }
            runningMax = maxArrival;
            advance(reached, run, known.length - 1, maxArrival);
            return known;
        }

        private void advance(Map<String, Progress> lanes, LaneLog.Run run, int index, long maxArrival) {
            lanes.computeIfAbsent(log.laneId(), id -> new Progress(run.lane(), LaneStart.BIRTH))
                    .advance(run.records().get(index).position(), run.firstNumber() + index, maxArrival);
        }
    }

    private void replay(LaneReplay replay, Lane lane, List<RawRecord> some, IntToLongFunction known, Range range) {
        replay.replay(some, new LaneReplay.Visitor() {
            @Override
            public void folded(View of, int record, EventRow row, String entity, long filterBits) {
                if (known.applyAsLong(record) <= range.untilKnownMillis()) {
                    sink.folded(replay.laneId(), row, entity, filterBits, known.applyAsLong(record));
                }
            }

            @Override
            public void other(View of, int record, LaneReplay.Fate fate) {
                if (known.applyAsLong(record) <= range.untilKnownMillis()) {
                    sink.other(lane, some.get(record), fate);
                }
            }
        });
    }

    private CompletableFuture<Void> redrives(Range range) {
        return ports.redrives().known().thenCompose(known -> redrive(1, known.last(), range));
    }

    private CompletableFuture<Void> redrive(long number, long last, Range range) {
        if (number > last) {
            return CompletableFuture.completedFuture(null);
        }
        return ports.redrives().read(number).thenCompose(manifest -> {
            if (manifest.timeMillis() <= range.untilKnownMillis()) {
                take(manifest, range);
            }
            return redrive(number + 1, last, range);
        });
    }

    private void take(RedriveLog.Manifest manifest, Range range) {
        Map<Lane, List<RawRecord>> lanes = new LinkedHashMap<>();
        for (RedriveLog.Entry entry : manifest.entries()) {
            if (entry.viewVersion().equals(view.version())) {
                lanes.computeIfAbsent(entry.lane().ofRedrive(manifest.number()), lane -> new ArrayList<>())
                        .add(entry.record());
            }
        }
        lanes.forEach((lane, some) -> {
            records += some.size();
            replay(laneReplay(lane.id()), lane, some, i -> manifest.timeMillis(), range);
        });
    }
}
