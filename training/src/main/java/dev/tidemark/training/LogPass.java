package dev.tidemark.training;

import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.replay.LaneLog;
import dev.tidemark.core.replay.LaneStart;
import dev.tidemark.core.replay.RepairedRecords;
import dev.tidemark.core.replay.StreamLog;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
        Map<String, Work> works = new HashMap<>();
        for (LaneLog lane : log.lanes()) {
            LaneRow row = byLane.get(lane.laneId());
            LanePass pass = new LanePass(plan, files, lane.laneId(), row, targets, repaired, wanted, progress);
            works.put(lane.laneId(), new Work(lane, pass, ancestors(lane.laneId(), row, repaired)));
        }
        Map<String, CompletableFuture<Void>> done = new HashMap<>();
        for (String lane : needed(works)) {
            done.put(lane, start(lane, works, done));
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
    private List<String> ancestors(String laneId, @Nullable LaneRow row, Map<String, RepairedRecords> repaired) {
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
     * The lanes whose events are not there yet, and their ancestors, whose ids are not kept in files; a lane row names
     * all of its ancestors, not only the parents.
     */
    private Set<String> needed(Map<String, Work> works) {
        Set<String> needed = new LinkedHashSet<>();
        works.forEach((lane, work) -> {
            if (!Files.exists(files.events(lane))) {
                needed.addAll(work.ancestors());
                needed.add(lane);
            }
        });
        needed.retainAll(works.keySet());
        return needed;
    }

    private CompletableFuture<Void> start(
            String lane, Map<String, Work> works, Map<String, CompletableFuture<Void>> done) {
        CompletableFuture<Void> known = done.get(lane);
        Work work = works.get(lane);
        if (known != null || work == null) {
            return known == null ? CompletableFuture.completedFuture(null) : known;
        }
        CompletableFuture<?>[] before = work.ancestors().stream()
                .map(ancestor -> start(ancestor, works, done))
                .toArray(CompletableFuture[]::new);
        CompletableFuture<Void> running = CompletableFuture.allOf(before)
                .thenRunAsync(
                        () -> {
                            work.pass().ancestors(idsOf(work.ancestors(), works));
                            work.pass().run(work.log());
                        },
                        threads);
        done.put(lane, running);
        return running;
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
