package dev.tidemark.core.history;

import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.archive.LaneStart;
import dev.tidemark.core.archive.StreamLog;
import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.LaneWalk.Bounds;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that counts for some views of one stream. First the stream's records, in the live lanes or the lanes of
 * the views' backfills, where redriven payloads replace some archived ones (rule B1); then the redrives (Q1). A lane
 * comes after its ancestors, whose event ids it needs (T3), and each record with the moment when it became known (T1).
 * Every job that reads the past walks it here. One that is about no view walks the records alone, see {@link #ofRecords}.
 */
public final class History {

    private static final int LANES_ASKED_AT_ONCE = 16;

    private final ArchiveLog archive;
    private final RedriveLog redrives;
    private final String stream;

    /** By version. */
    private final Map<String, View> views = new LinkedHashMap<>();

    /** Of the stream's lanes, by id. */
    private final Map<String, LaneRow> rows;

    /** By view version. */
    private final Map<String, RepairedRecords> repaired;

    /** By view version: the lanes from which others descend that its backfill takes; see {@link #isAncestorOfBackfilled}. */
    private final Map<String, Set<String>> ancestorsOfBackfilled = new ConcurrentHashMap<>();

    private final Kind kind;

    /** Where all walks end; null for the end of the log. */
    private final @Nullable Cut cut;

    /** Knows lanes without a row; null if the rows suffice. */
    private final @Nullable Lineage lineage;

    private enum Kind {
        ALL,
        LIVE,
        BACKFILLS,
        RECORDS
    }

    /** In place of a view version, in a history without views. */
    private static final String NO_VERSION = "";

    private History(
            HistoryPorts ports,
            String stream,
            Kind kind,
            Collection<View> views,
            List<LaneRow> rows,
            Map<String, RepairedRecords> repaired,
            @Nullable Lineage lineage,
            @Nullable Cut cut) {
        this.archive = ports.archive();
        this.redrives = ports.redrives();
        this.stream = stream;
        this.kind = kind;
        this.repaired = repaired;
        this.lineage = lineage;
        this.cut = cut;
        views.forEach(view -> this.views.put(view.version(), view));
        this.rows = LaneRow.byId(rows);
    }

    /**
     * @param views all read the stream; not empty
     * @param rows lane rows that were just read; those of other streams do not matter
     * @return completes with {@link IllegalStateException} if a view was completed by a backfill whose payloads are
     *     unknown
     */
    public static CompletableFuture<History> of(
            HistoryPorts ports, String stream, Collection<View> views, List<LaneRow> rows) {
        return of(ports, stream, Kind.ALL, views, rows);
    }

    /**
     * Everything up to a cut, which its walks always take to its end: of each lane that the cut has, the records up to its
     * position; and the redrives up to its last. What the lanes fold is what the cut's rows say, so nothing that happens
     * after the cut changes it, neither more records nor a reshard, a redrive or a backfill.
     *
     * <p>A view that a lane's row did not know is walked there as if it had been backfilled up to the cut. If no row knew it,
     * every record counts once, with its redriven payload if a redrive up to the cut repaired it for any view, the last
     * one, known at that redrive's time.
     *
     * @param views all read the stream; not empty
     * @return completes with {@link IllegalStateException} if a view was completed by a backfill whose payloads are
     *     unknown
     */
    public static CompletableFuture<History> of(HistoryPorts ports, String stream, Collection<View> views, Cut cut) {
        List<LaneRow> own = cut.lanesOf(stream);
        return RepairedRecords.upTo(cut.lastRedrive(), ports, views, own)
                .thenApply(repaired -> new History(ports, stream, Kind.ALL, views, own, repaired, null, cut));
    }

    /** Only the records up to the views' activations; nothing of the live lanes. */
    public static CompletableFuture<History> ofBackfills(
            HistoryPorts ports, String stream, Collection<View> views, List<LaneRow> rows) {
        return of(ports, stream, Kind.BACKFILLS, views, rows);
    }

    private static CompletableFuture<History> of(
            HistoryPorts ports, String stream, Kind kind, Collection<View> views, List<LaneRow> rows) {
        List<LaneRow> own = ofStream(stream, rows);
        Set<String> versions = new LinkedHashSet<>();
        views.forEach(view -> versions.add(view.version()));
        return RepairedRecords.read(ports.redrives(), ports.control(), versions, own)
                .thenApply(repaired -> new History(ports, stream, kind, views, own, repaired, null, null));
    }

    /**
     * What the live fold took, regardless of the rows' views.
     *
     * @param views whose redrives are wanted
     * @param rows as folded so far: since then, lanes may have been created or have advanced
     * @param lineage knows the ancestors that no row has
     */
    public static History ofLive(
            HistoryPorts ports, String stream, Collection<View> views, List<LaneRow> rows, Lineage lineage) {
        return new History(ports, stream, Kind.LIVE, views, ofStream(stream, rows), Map.of(), lineage, null);
    }

    /**
     * Every record of the stream once, whatever views make of it: with its redriven payload if it was redriven for any
     * view, the last one. A part of a lane has no views.
     */
    public static CompletableFuture<History> ofRecords(HistoryPorts ports, String stream, List<LaneRow> rows) {
        return RepairedRecords.ofAllViews(ports.redrives())
                .thenApply(repaired -> new History(
                        ports,
                        stream,
                        Kind.RECORDS,
                        List.of(),
                        ofStream(stream, rows),
                        Map.of(NO_VERSION, repaired),
                        null,
                        null));
    }

    private static List<LaneRow> ofStream(String stream, List<LaneRow> rows) {
        return rows.stream()
                .filter(row -> row.lane().streamName().equals(stream))
                .toList();
    }

    /**
     * Walks a part of it.
     *
     * @return completes when the sink has taken all; with {@link dev.tidemark.core.store.DamagedArchive} if the archive
     *     is damaged, or with the sink's failure: then no further lane is begun
     */
    public CompletableFuture<Walked> walk(Range range, Sink sink) {
        Walked walked = new Walked(
                range.begin() instanceof Range.Begin.Positions begin ? ofStream(stream, begin.rows()) : List.of());
        return open(range)
                .thenCompose(log -> lanes(log, range, sink, walked))
                .thenCompose(done -> redrives(range, sink, walked))
                .thenApply(done -> walked);
    }

    private CompletableFuture<StreamLog> open(Range range) {
        long until = range.untilArrivalMillis();
        if (range.begin() instanceof Range.Begin.Arrivals arrivals) {
            long from = arrivals.fromMillis();
            return StreamLog.openWithin(archive, stream, from - retentionMillis(), until)
                    .thenApply(log ->
                            expecting(log, row -> row.maxArrivalMillis() >= from && row.maxArrivalMillis() <= until));
        }
        Map<String, LaneStart> starts = new HashMap<>();
        long fromMillis = Long.MIN_VALUE;
        if (range.begin() instanceof Range.Begin.Positions begin) {
            List<LaneRow> begun = ofStream(stream, begin.rows());
            begun.forEach(row -> starts.put(row.lane().id(), LaneStart.of(row)));
            fromMillis = fromMillis(begun, begin.timeMillis());
        }
        return StreamLog.open(archive, stream, starts, fromMillis, until)
                .thenApply(log ->
                        expecting(log, row -> range.reachesRows() || (cut != null && until == Long.MAX_VALUE)));
    }

    private StreamLog expecting(StreamLog log, Predicate<LaneRow> reached) {
        if (cut != null) {
            log.endAt(rows);
        }
        log.expect(rows.values().stream().filter(reached).toList());
        return log;
    }

    private long retentionMillis() {
        return views.values().stream()
                .mapToLong(View::streamRetentionMillis)
                .max()
                .orElse(0);
    }

    /**
     * The earliest arrival of records after the beginning. A known lane that has advanced since has none before its
     * latest arrival then. Any other lane can have records as old as the stream keeps.
     */
    private long fromMillis(List<LaneRow> begun, long timeMillis) {
        return begun.stream()
                .filter(row -> {
                    LaneRow now = kind == Kind.LIVE ? null : rows.get(row.lane().id());
                    return now == null || now.last().isAfter(row.last());
                })
                .mapToLong(LaneRow::maxArrivalMillis)
                .reduce(timeMillis - retentionMillis(), Math::min);
    }

    private CompletableFuture<Void> lanes(StreamLog log, Range range, Sink sink, Walked walked) {
        Map<String, LaneLog> logs = new HashMap<>();
        log.lanes().forEach(lane -> logs.put(lane.laneId(), lane));
        walked.archived(logs.keySet());
        return before(logs).thenCompose(before -> {
            List<String> order = needed(logs.keySet(), before, range);
            sink.lanes(Set.copyOf(order));
            return walk(order, logs, before, range, sink, walked);
        });
    }

    private CompletableFuture<Void> walk(
            List<String> order,
            Map<String, LaneLog> logs,
            Map<String, Set<String>> before,
            Range range,
            Sink sink,
            Walked walked) {
        Set<String> parents = before.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
        Map<String, CompletableFuture<Void>> ends = new HashMap<>();
        order.forEach(laneId -> ends.put(laneId, new CompletableFuture<>()));
        // Each lane waits for lanes that were begun before it, so some lane can always go on.
        return Flight.all(order, range.lanesAtOnce(), laneId -> {
            LaneLog lane = Objects.requireNonNull(logs.get(laneId));
            CompletableFuture<Void> end = Objects.requireNonNull(ends.get(laneId));
            return ready(Objects.requireNonNull(before.get(laneId)), ends)
                    .thenComposeAsync(
                            ready -> walk(lane, parents.contains(laneId), range, sink, walked), range.executor())
                    .whenComplete((done, failure) -> {
                        if (failure == null) {
                            end.complete(null);
                        } else {
                            end.completeExceptionally(failure);
                        }
                    });
        });
    }

    /** Completes when a lane's ancestors are at their ends. */
    private static CompletableFuture<Void> ready(Set<String> before, Map<String, CompletableFuture<Void>> ends) {
        return CompletableFuture.allOf(
                before.stream().map(ends::get).filter(Objects::nonNull).toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> walk(LaneLog lane, boolean isParent, Range range, Sink sink, Walked walked) {
        List<LanePart> parts = new ArrayList<>();
        List<Bounds> bounds = new ArrayList<>();
        divide(lane.laneId(), parts, bounds);
        LaneSink ofLane = parts.isEmpty() ? null : sink.open(lane.laneId(), parts);
        return ofLane == null
                ? CompletableFuture.completedFuture(null)
                : new LaneWalk(lane, bounds, isParent, range, walked, ofLane).run();
    }

    /** A range's lanes and their ancestors, each after its ancestors. */
    private static List<String> needed(Set<String> laneIds, Map<String, Set<String>> before, Range range) {
        List<String> order = LaneOrder.parentsFirst(before);
        Set<String> needed = new HashSet<>();
        for (int i = order.size() - 1; i >= 0; i--) {
            String laneId = order.get(i);
            if (needed.contains(laneId)
                    || (laneIds.contains(laneId) && range.lanes().test(laneId))) {
                needed.add(laneId);
                needed.addAll(before.getOrDefault(laneId, Set.of()));
            }
        }
        needed.retainAll(laneIds);
        return order.stream().filter(needed::contains).toList();
    }

    /** T3, J2: for each lane the lanes whose memory matters to it, to the live lane or a backfill's. */
    private CompletableFuture<Map<String, Set<String>>> before(Map<String, LaneLog> logs) {
        boolean remembers = views.values().stream().anyMatch(View::remembers);
        Map<String, Set<String>> before = new HashMap<>();
        Set<String> laneIds = new TreeSet<>(logs.keySet());
        laneIds.addAll(rows.keySet());
        for (String laneId : laneIds) {
            Set<String> lanes = new TreeSet<>();
            if (remembers) {
                lanes.addAll(ancestors(laneId));
                views.values().forEach(view -> lanes.addAll(beforeBackfill(laneId, view)));
            }
            before.put(laneId, lanes);
        }
        return lineage == null || !remembers
                ? CompletableFuture.completedFuture(before)
                : askStream(lineage, logs, before);
    }

    /** A lane created later has no row, and a row may not know its ancestors yet. */
    private CompletableFuture<Map<String, Set<String>>> askStream(
            Lineage stream, Map<String, LaneLog> logs, Map<String, Set<String>> before) {
        List<LaneLog> unknown = logs.values().stream()
                .filter(log -> {
                    LaneRow row = rows.get(log.laneId());
                    return row == null || row.ancestors() == null;
                })
                .toList();
        Map<String, Lane> lanes = new ConcurrentHashMap<>();
        return Flight.all(
                        unknown,
                        LANES_ASKED_AT_ONCE,
                        log -> log.lane().thenAccept(lane -> lane.ifPresent(known -> lanes.put(log.laneId(), known))))
                .thenCompose(
                        asked -> new LaneAncestors(stream, List.copyOf(rows.values())).of(lanes, before::containsKey))
                .thenApply(found -> {
                    found.forEach((laneId, ancestors) ->
                            Objects.requireNonNull(before.get(laneId)).addAll(ancestors));
                    return before;
                });
    }

    private Set<String> ancestors(String laneId) {
        LaneRow row = rows.get(laneId);
        return row == null || row.ancestors() == null
                ? Set.of()
                : row.ancestors().keySet();
    }

    /** The backfills' parts, each for the views that want the same records, and the live part. */
    private void divide(String laneId, List<LanePart> parts, List<Bounds> bounds) {
        if (kind == Kind.LIVE) {
            parts.add(new LanePart(laneId, List.copyOf(views.values()), Map.of(), Map.of(), ancestors(laneId)));
            bounds.add(new Bounds(Position.ORIGIN, null, RepairedRecords.OfLane.NONE));
            return;
        }
        if (kind == Kind.RECORDS) {
            parts.add(new LanePart(laneId, List.of(), Map.of(), Map.of(), Set.of()));
            bounds.add(new Bounds(
                    Position.ORIGIN,
                    null,
                    Objects.requireNonNull(repaired.get(NO_VERSION)).of(laneId)));
            return;
        }
        LaneRow row = rows.get(laneId);
        if (kind == Kind.BACKFILLS && row == null) {
            return;
        }
        Map<String, Position> after = new HashMap<>();
        Map<String, Position> counts = new HashMap<>();
        Map<Bounds, Map<Set<String>, List<View>>> backfills = new LinkedHashMap<>();
        Position first = null;
        for (View view : views.values()) {
            RepairedRecords of = Objects.requireNonNull(repaired.get(view.version()));
            Position activatedAfter = of.activatedAfter(laneId, row);
            first = first == null || activatedAfter.compareTo(first) < 0 ? activatedAfter : first;
            if (activatedAfter.isAfter(Position.ORIGIN)) {
                after.put(view.version(), activatedAfter);
            }
            Position countsAfter = of.countsAfter(laneId, row);
            if (countsAfter.isAfter(Position.ORIGIN)) {
                counts.put(view.version(), countsAfter);
                backfills
                        .computeIfAbsent(
                                new Bounds(Position.ORIGIN, countsAfter, of.of(laneId)), some -> new LinkedHashMap<>())
                        .computeIfAbsent(beforeBackfill(laneId, view), ancestors -> new ArrayList<>())
                        .add(view);
            }
        }
        backfills.forEach((some, byAncestors) -> byAncestors.forEach((ancestors, of) -> {
            parts.add(new LanePart(Lane.backfillOf(laneId), of, Map.of(), Map.of(), backfillsOf(ancestors)));
            bounds.add(some);
        }));
        for (View view : views.values()) {
            if (isAncestorOfBackfilled(laneId, view)) {
                Position from = counts.getOrDefault(view.version(), Position.ORIGIN);
                parts.add(remembering(laneId, from, view));
                bounds.add(new Bounds(from, Position.END, RepairedRecords.OfLane.NONE));
            }
        }
        if (kind == Kind.ALL) {
            parts.add(new LanePart(laneId, List.copyOf(views.values()), after, counts, ancestors(laneId)));
            bounds.add(new Bounds(Objects.requireNonNull(first), null, RepairedRecords.OfLane.NONE));
        }
    }

    /**
     * J4: what lanes that a backfill takes begin with is the memory of their ancestors' ends. So the backfill's lane of such an
     * ancestor goes on to there, beyond the records whose pairs are its own; it makes none of the others, which the live fold has.
     */
    private LanePart remembering(String laneId, Position from, View view) {
        String version = view.version();
        return new LanePart(
                Lane.backfillOf(laneId),
                List.of(view),
                Map.of(version, from),
                Map.of(version, Position.END),
                backfillsOf(beforeBackfill(laneId, view)));
    }

    private static Set<String> backfillsOf(Set<String> laneIds) {
        return laneIds.stream().map(Lane::backfillOf).collect(Collectors.toSet());
    }

    /** Whether a lane of pairs descends from this one of which a backfill takes something. */
    private boolean isAncestorOfBackfilled(String laneId, View view) {
        return view.pairs() != null
                && ancestorsOfBackfilled
                        .computeIfAbsent(view.version(), version -> ancestorsOfBackfilled(view))
                        .contains(laneId);
    }

    private Set<String> ancestorsOfBackfilled(View view) {
        RepairedRecords of = Objects.requireNonNull(repaired.get(view.version()));
        Set<String> laneIds = new HashSet<>(rows.keySet());
        laneIds.addAll(of.activated());
        Set<String> found = new HashSet<>();
        for (String laneId : laneIds) {
            if (of.countsAfter(laneId, rows.get(laneId)).isAfter(Position.ORIGIN)) {
                found.addAll(beforeBackfill(laneId, view));
            }
        }
        return found;
    }

    /**
     * The lanes of whose backfills' lanes the memory matters to the backfill's lane of this one. Ids are looked for in those only that
     * were activated after their first record, as this one (T3). Of pairs every lane from which it descends matters, also one
     * that began later and so has the view from its first record on: the stream knew it when the backfill was planned, or the
     * fold when it began with this lane.
     */
    private Set<String> beforeBackfill(String laneId, View view) {
        RepairedRecords of = repaired.get(view.version());
        if (of == null) {
            return Set.of();
        }
        Set<String> found = new TreeSet<>(of.ancestors(laneId));
        if (view.pairs() == null) {
            return found;
        }
        found.addAll(ancestors(laneId));
        Deque<String> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            String next = open.pop();
            Stream.concat(of.ancestors(next).stream(), ancestors(next).stream())
                    .filter(found::add)
                    .forEach(open::push);
        }
        return found;
    }

    private CompletableFuture<Void> redrives(Range range, Sink sink, Walked walked) {
        if (views.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Long> last = cut == null
                ? redrives.known().thenApply(RedriveLog.Known::last)
                : CompletableFuture.completedFuture(cut.lastRedrive());
        return last.thenCompose(number -> redrives.each(
                1,
                number,
                manifest -> manifest.timeMillis() <= range.untilKnownMillis()
                        ? redrive(manifest, redriven(), sink).thenAccept(walked::add)
                        : CompletableFuture.completedFuture(null)));
    }

    /** By version: the views whose redrives are not already in place of archived records. */
    private Map<String, View> redriven() {
        Map<String, View> redriven = new LinkedHashMap<>(views);
        redriven.keySet()
                .removeIf(version -> repaired.containsKey(version)
                        && Objects.requireNonNull(repaired.get(version)).isOfAllViews());
        return redriven;
    }

    /**
     * Q1: a redrive goes into the views that quarantined the records, with their original positions and arrivals, in
     * its own lanes.
     *
     * @param views those that are wanted, by version; records of others are skipped
     * @return how many records were taken; completes with the sink's failure: then nothing later was taken
     */
    public static CompletableFuture<Long> redrive(RedriveLog.Manifest manifest, Map<String, View> views, Sink sink) {
        Map<String, Map<Lane, List<RawRecord>>> byView = new LinkedHashMap<>();
        for (RedriveLog.Entry entry : manifest.entries()) {
            if (views.containsKey(entry.viewVersion())) {
                byView.computeIfAbsent(entry.viewVersion(), version -> new LinkedHashMap<>())
                        .computeIfAbsent(entry.lane().ofRedrive(manifest.number()), lane -> new ArrayList<>())
                        .add(entry.folded());
            }
        }
        CompletableFuture<Long> chain = CompletableFuture.completedFuture(0L);
        for (Map.Entry<String, Map<Lane, List<RawRecord>>> ofView : byView.entrySet()) {
            List<View> view = List.of(Objects.requireNonNull(views.get(ofView.getKey())));
            for (Map.Entry<Lane, List<RawRecord>> ofLane : ofView.getValue().entrySet()) {
                LanePart part = new LanePart(ofLane.getKey().id(), view, Map.of(), Map.of(), Set.of());
                List<RawRecord> records = ofLane.getValue();
                chain = chain.thenCompose(before -> redrive(part, ofLane.getKey(), records, manifest.timeMillis(), sink)
                        .thenApply(taken -> before + records.size()));
            }
        }
        return chain;
    }

    private static CompletableFuture<Void> redrive(
            LanePart part, Lane lane, List<RawRecord> records, long timeMillis, Sink sink) {
        LaneSink ofLane = sink.open(part.laneId(), List.of(part));
        if (ofLane == null) {
            return CompletableFuture.completedFuture(null);
        }
        long[] known = new long[records.size()];
        Arrays.fill(known, timeMillis);
        return ofLane.take(0, lane, records, known)
                .thenCompose(taken -> ofLane.end(records.get(records.size() - 1).position()))
                .whenComplete((taken, failure) -> ofLane.close());
    }
}
