package dev.tidemark.training;

import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.replay.LaneLog;
import dev.tidemark.core.replay.LaneOrder;
import dev.tidemark.core.replay.LaneStart;
import dev.tidemark.core.replay.RepairedRecords;
import dev.tidemark.core.replay.StreamLog;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** Replays the archive of every stream that a target reads, lanes side by side, and keeps what answers need. */
final class LogPass {

    private final Plan plan;
    private final JobFiles files;
    private final Sources sources;
    private final List<EntitySet> wanted;
    private final Progress progress;
    private final Executor threads;

    /** One lane's work; its ancestors come first, because they know the ids of events sent twice (rule T3). */
    private record Work(LaneLog log, LanePass pass, List<String> ancestors) {}

    LogPass(Plan plan, JobFiles files, Sources sources, List<EntitySet> wanted, Progress progress, Executor threads) {
        this.plan = plan;
        this.files = files;
        this.sources = sources;
        this.wanted = wanted;
        this.progress = progress;
        this.threads = threads;
    }

    void run() {
        List<LaneRow> rows = Waiting.on(sources.control().readLanes());
        progress.stage(
                Progress.Stage.ARCHIVE, rows.stream().mapToLong(LaneRow::count).sum());
        new RedrivePass(plan, files, sources.redrives(), wanted).run();
        Set<String> streams = new LinkedHashSet<>();
        Set<String> versions = new LinkedHashSet<>();
        for (Target target : plan.targets()) {
            streams.add(target.source().stream());
            versions.add(target.view().version());
        }
        Map<String, RepairedRecords> repaired =
                Waiting.on(RepairedRecords.read(sources.redrives(), sources.control(), versions, rows));
        streams.forEach(stream -> run(
                stream,
                rows.stream()
                        .filter(row -> row.lane().streamName().equals(stream))
                        .toList(),
                repaired));
    }

    private void run(String stream, List<LaneRow> rows, Map<String, RepairedRecords> repaired) {
        Map<String, LaneStart> starts = Starts.of(plan, sources.checkpoints(), stream);
        long fromMillis = starts.values().stream()
                .mapToLong(LaneStart::maxArrivalMillis)
                .min()
                .orElse(Long.MIN_VALUE);
        StreamLog log = Waiting.on(StreamLog.open(sources.archive(), stream, starts, fromMillis, Long.MAX_VALUE));
        log.expect(rows);
        Map<String, LaneRow> byLane =
                rows.stream().collect(Collectors.toMap(row -> row.lane().id(), row -> row));
        List<List<Target>> targets = targetsOf(stream);
        Map<String, List<String>> before = new HashMap<>();
        log.lanes().forEach(lane -> before.put(lane.laneId(), ancestors(lane.laneId(), byLane, repaired)));
        List<String> order = LaneOrder.parentsFirst(before);
        Set<String> parents = before.values().stream().flatMap(List::stream).collect(Collectors.toSet());
        Map<String, Work> works = new HashMap<>();
        for (LaneLog lane : log.lanes()) {
            String laneId = lane.laneId();
            LanePass pass = new LanePass(
                    plan,
                    files,
                    laneId,
                    byLane.get(laneId),
                    parents.contains(laneId),
                    targets,
                    repaired,
                    wanted,
                    progress);
            works.put(laneId, new Work(lane, pass, Objects.requireNonNull(before.get(laneId))));
        }
        Map<String, CompletableFuture<Void>> done = new HashMap<>();
        Set<String> needed = needed(works, order);
        for (String lane : order) {
            if (needed.contains(lane)) {
                done.put(lane, start(Objects.requireNonNull(works.get(lane)), works, done));
            }
        }
        Waiting.onAll(done.values());
    }

    private List<List<Target>> targetsOf(String stream) {
        return List.copyOf(plan.targets().stream()
                .filter(target -> target.source().stream().equals(stream))
                .collect(Collectors.groupingBy(Target::definition, TreeMap::new, Collectors.toList()))
                .values());
    }

    /** Those of the live lane, which the row names, and of the backfills' lanes, which are settled. */
    private List<String> ancestors(String laneId, Map<String, LaneRow> rows, Map<String, RepairedRecords> repaired) {
        LaneRow row = rows.get(laneId);
        Set<String> all = new TreeSet<>();
        if (plan.targets().stream().anyMatch(target -> target.view().duplicates() != null)) {
            if (row != null && row.ancestors() != null) {
                all.addAll(row.ancestors().keySet());
            }
            repaired.values().forEach(of -> all.addAll(of.ancestors(laneId)));
        }
        return List.copyOf(all);
    }

    /**
     * The lanes whose events are not there yet, and all before them, whose ids are not kept in files.
     *
     * @param order each after those before it
     */
    private Set<String> needed(Map<String, Work> works, List<String> order) {
        Set<String> needed = new HashSet<>();
        for (int i = order.size() - 1; i >= 0; i--) {
            String lane = order.get(i);
            Work work = works.get(lane);
            if (work != null && (needed.contains(lane) || !Files.exists(files.events(lane)))) {
                needed.add(lane);
                needed.addAll(work.ancestors());
            }
        }
        needed.retainAll(works.keySet());
        return needed;
    }

    /** @param done those before it are in here, if they are needed */
    private CompletableFuture<Void> start(
            Work work, Map<String, Work> works, Map<String, CompletableFuture<Void>> done) {
        CompletableFuture<?>[] before = work.ancestors().stream()
                .map(done::get)
                .filter(Objects::nonNull)
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(before)
                .thenRunAsync(
                        () -> {
                            work.pass().ancestors(idsOf(work.ancestors(), works));
                            work.pass().run(work.log());
                        },
                        threads);
    }

    private static List<List<CatalogReplay.Ids>> idsOf(List<String> lanes, Map<String, Work> works) {
        List<List<CatalogReplay.Ids>> ids = new ArrayList<>();
        for (String lane : lanes) {
            Work work = works.get(lane);
            if (work != null) {
                ids.add(work.pass().ids());
            }
        }
        return ids;
    }
}
