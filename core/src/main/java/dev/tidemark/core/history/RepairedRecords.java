package dev.tidemark.core.history;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.store.RedriveLog.Repairs;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The payloads that replace archived ones in the backfill's lanes of a view version, because redrives had repaired the
 * records for earlier versions of the view (rule B1). Backfills and replays both take them from here.
 */
public final class RepairedRecords {

    private final String viewVersion;
    private final @Nullable Repairs settled;
    private final boolean ofAllViews;
    private final Map<String, OfLane> lanes = new HashMap<>();

    /**
     * A payload as redriven.
     *
     * @param knownMillis the redrive's time
     */
    private record Repaired(RawRecord record, long knownMillis) {}

    /** Those of one lane. Equal to another one with the same payloads from the same reading of the manifests. */
    public static final class OfLane {

        /** A lane without repairs. */
        public static final OfLane NONE = new OfLane();

        private final Map<Position, Repaired> repaired = new HashMap<>();

        private OfLane() {}

        /** The record as the backfill's lane has it: with its repaired payload if there is one. */
        public RawRecord inPlaceOf(RawRecord archived) {
            Repaired found = repaired.get(archived.position());
            return found == null ? archived : archived.withData(found.record().data());
        }

        /**
         * When the backfill's record at a position became known (rule T1): at the redrive that repaired it.
         *
         * @param archivedMillis when the archived record became known: the answer if it was not repaired
         */
        public long knownMillis(Position position, long archivedMillis) {
            Repaired found = repaired.get(position);
            return found == null ? archivedMillis : found.knownMillis();
        }

        public boolean isEmpty() {
            return repaired.isEmpty();
        }

        /** Of each record. */
        public List<RawRecord> inPlaceOf(List<RawRecord> archived) {
            return archived.stream().map(this::inPlaceOf).toList();
        }

        /** Of each record; a new array. */
        public long[] knownMillis(List<RawRecord> records, long[] archivedMillis) {
            long[] known = archivedMillis.clone();
            for (int i = 0; i < known.length; i++) {
                known[i] = knownMillis(records.get(i).position(), known[i]);
            }
            return known;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof OfLane lane && repaired.equals(lane.repaired);
        }

        @Override
        public int hashCode() {
            return repaired.hashCode();
        }
    }

    private RepairedRecords(String viewVersion, @Nullable Repairs settled, boolean ofAllViews) {
        this.viewVersion = viewVersion;
        this.settled = settled;
        this.ofAllViews = ofAllViews;
    }

    /**
     * For replays.
     *
     * @param viewVersions of views that perhaps were never backfilled
     * @param rows the lane rows of the views' streams
     * @return by each of the view versions; completes with {@link IllegalStateException} if a view was completed by a
     *     backfill whose payloads are unknown
     */
    public static CompletableFuture<Map<String, RepairedRecords>> read(
            RedriveLog log, ControlStore control, Collection<String> viewVersions, List<LaneRow> rows) {
        return read(log, viewVersions).thenCompose(found -> {
            List<String> lacking = viewVersions.stream()
                    .filter(version -> rows.stream().anyMatch(row -> isBackfilled(row, version))
                            && !Objects.requireNonNull(found.get(version)).isSettled())
                    .toList();
            return checkIncomplete(lacking, control).thenApply(checked -> found);
        });
    }

    private static CompletableFuture<Void> checkIncomplete(List<String> lacking, ControlStore control) {
        return lacking.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : control.readControl().thenAccept(row -> row.ifPresent(one -> checkIncomplete(lacking, one.views())));
    }

    private static boolean isBackfilled(LaneRow row, String viewVersion) {
        return row.views().getOrDefault(viewVersion, Position.ORIGIN).isAfter(Position.ORIGIN);
    }

    private static void checkIncomplete(List<String> viewVersions, Map<String, ViewStatus> views) {
        for (String version : viewVersions) {
            ViewStatus status = views.get(version);
            if (status != null && status.isComplete()) {
                throw new IllegalStateException("view version " + version + " was backfilled, but the object that says "
                        + "which redrives stand in its records' places is missing: restore it (the bucket keeps "
                        + "versions)");
            }
        }
    }

    /**
     * For backfills.
     *
     * @return by each of the view versions
     */
    public static CompletableFuture<Map<String, RepairedRecords>> read(
            RedriveLog log, Collection<String> viewVersions) {
        Map<String, RepairedRecords> found = new HashMap<>();
        return Flight.inOrder(
                        List.copyOf(viewVersions),
                        version -> log.repairs(version)
                                .thenAccept(settled ->
                                        found.put(version, new RepairedRecords(version, settled.orElse(null), false))))
                .thenCompose(read -> manifests(log, found.values()))
                .thenApply(read -> found);
    }

    /**
     * For walks up to a cut. What a backfill decided after the cut does not count: then it is what a backfill would have
     * decided at the cut. For a view that no row knows, the redrives of all views count.
     *
     * @param lastRedrive the last one up to the cut
     * @param rows those of the cut, of the views' stream
     * @return by view version; completes with {@link IllegalStateException} as {@link #read} does
     */
    static CompletableFuture<Map<String, RepairedRecords>> upTo(
            long lastRedrive, HistoryPorts ports, Collection<View> views, List<LaneRow> rows) {
        Map<String, RepairedRecords> found = new HashMap<>();
        return Flight.inOrder(
                        List.copyOf(views),
                        view -> upTo(lastRedrive, ports, view, rows).thenAccept(of -> found.put(view.version(), of)))
                .thenCompose(read -> manifests(ports.redrives(), found.values()))
                .thenApply(read -> found);
    }

    private static CompletableFuture<RepairedRecords> upTo(
            long lastRedrive, HistoryPorts ports, View view, List<LaneRow> rows) {
        String version = view.version();
        Map<String, Lane> lanes = new HashMap<>();
        Map<String, Position> activations = new HashMap<>();
        for (LaneRow row : rows) {
            Position activatedAfter = row.views().getOrDefault(version, row.last());
            if (activatedAfter.isAfter(Position.ORIGIN)) {
                lanes.put(row.lane().id(), row.lane());
                activations.put(row.lane().id(), activatedAfter);
            }
        }
        boolean isKnown = rows.stream().anyMatch(row -> row.views().containsKey(version));
        CompletableFuture<Map<String, Set<String>>> ancestors = view.remembers()
                ? new LaneAncestors(Lineage.NEVER_RESHARDED, rows).of(lanes, activations::containsKey)
                : CompletableFuture.completedFuture(Map.of());
        return ancestors.thenCompose(before -> {
            Repairs atCut = new Repairs(view.name(), version, activations, lastRedrive, before);
            if (!isKnown || activations.isEmpty()) {
                return CompletableFuture.completedFuture(new RepairedRecords(version, atCut, !isKnown));
            }
            return ports.redrives().repairs(version).thenCompose(settled -> {
                List<String> lacking = settled.isEmpty() ? List.of(version) : List.of();
                Repairs repairs = settled.filter(earlier -> earlier.lastManifest() <= lastRedrive)
                        .map(earlier -> new Repairs(
                                view.name(), version, activations, earlier.lastManifest(), earlier.ancestors()))
                        .orElse(atCut);
                return checkIncomplete(lacking, ports.control())
                        .thenApply(checked -> new RepairedRecords(version, repairs, false));
            });
        });
    }

    /** All of every redrive, of whatever view and version; the last counts. */
    static CompletableFuture<RepairedRecords> ofAllViews(RedriveLog log) {
        RepairedRecords all = new RepairedRecords("", null, true);
        return log.known()
                .thenCompose(known -> log.each(1, known.last(), manifest -> {
                    manifest.entries().forEach(entry -> all.put(manifest.timeMillis(), entry));
                    return CompletableFuture.completedFuture(null);
                }))
                .thenApply(read -> all);
    }

    /** Each manifest is read once. */
    private static CompletableFuture<Void> manifests(RedriveLog log, Collection<RepairedRecords> all) {
        long last = all.stream().mapToLong(RepairedRecords::lastManifest).max().orElse(0);
        return log.each(1, last, manifest -> {
            all.forEach(one -> one.take(manifest));
            return CompletableFuture.completedFuture(null);
        });
    }

    private long lastManifest() {
        return settled == null || settled.activations().isEmpty() ? 0 : settled.lastManifest();
    }

    private void take(RedriveLog.Manifest manifest) {
        for (RedriveLog.Entry entry : manifest.entries()) {
            if (isMeant(manifest.number(), entry)) {
                put(manifest.timeMillis(), entry);
            }
        }
    }

    private void put(long knownMillis, RedriveLog.Entry entry) {
        lanes.computeIfAbsent(Lane.liveOf(entry.lane().id()), id -> new OfLane())
                .repaired
                .put(entry.record().position(), new Repaired(entry.record(), knownMillis));
    }

    /** Records redriven for this same version are in the lanes of its redrives; here they would count twice. */
    private boolean isMeant(long number, RedriveLog.Entry entry) {
        if (settled == null || number > settled.lastManifest()) {
            return false;
        }
        if (ofAllViews) {
            return true;
        }
        Position activatedAfter = settled.activations().get(entry.lane().id());
        return entry.view().equals(settled.view())
                && !entry.viewVersion().equals(viewVersion)
                && activatedAfter != null
                && !entry.record().position().isAfter(activatedAfter);
    }

    /** Whether the redrives of all views are in place of archived records, those of this version too. */
    boolean isOfAllViews() {
        return ofAllViews;
    }

    private boolean isSettled() {
        return settled != null;
    }

    /** Those of a lane of the live fold. */
    public OfLane of(String laneId) {
        return lanes.getOrDefault(laneId, OfLane.NONE);
    }

    /** The lanes, by id, that were activated after their first record when this was decided. */
    Set<String> activated() {
        return settled == null ? Set.of() : settled.activations().keySet();
    }

    /** The ancestors of a lane whose backfill's lanes are searched for a duplicate (rule T3), or for halves (J2). */
    public Set<String> ancestors(String laneId) {
        return settled == null ? Set.of() : settled.ancestors().getOrDefault(laneId, Set.of());
    }

    /**
     * The position, inclusive, up to which the backfill's lane takes a lane's records: the activation, or the end of a
     * warm-up (rule J4).
     *
     * @param row of the lane; null if it has none
     */
    public Position countsAfter(String laneId, @Nullable LaneRow row) {
        Position known = row == null ? null : row.countsAfter(viewVersion);
        return known == null ? activatedAfter(laneId, row) : known;
    }

    /**
     * The activation in a lane. A retired view has left the lane rows; then the settled position counts.
     *
     * @param row of the lane; null if it has none
     */
    public Position activatedAfter(String laneId, @Nullable LaneRow row) {
        Position activatedAfter = row == null ? null : row.views().get(viewVersion);
        if (activatedAfter != null) {
            return activatedAfter;
        }
        return settled == null ? Position.ORIGIN : settled.activations().getOrDefault(laneId, Position.ORIGIN);
    }

    /** Whether both have the same payloads from the same reading of the manifests, and the same ancestors. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RepairedRecords records
                && lanes.equals(records.lanes)
                && allAncestors().equals(records.allAncestors());
    }

    private Map<String, Set<String>> allAncestors() {
        return settled == null ? Map.of() : settled.ancestors();
    }

    @Override
    public int hashCode() {
        return lanes.hashCode();
    }
}
