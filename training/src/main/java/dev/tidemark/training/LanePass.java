package dev.tidemark.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.replay.LaneLog;
import dev.tidemark.core.replay.RepairedRecords;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Replays one lane, once for each catalog, and keeps the events of the wanted entities. The lane's running maximum of
 * arrivals decides when a record became known (rule T1), and where reading ends; but a lane that comes before another one
 * is read to its end, because its ids are asked for as they were in the end (rule T3).
 */
final class LanePass {

    private final Plan plan;
    private final JobFiles files;
    private final String laneId;
    private final boolean isParent;
    private final List<EntitySet> wanted;
    private final Progress progress;
    private final List<CatalogReplay> replays = new ArrayList<>();
    private EventSink sink;
    private long maxArrivalMillis = Long.MIN_VALUE;
    private long records;

    /**
     * @param row of the lane; null if it has none
     * @param isParent whether another lane asks for its ids
     * @param targets by catalog, each not empty and of the lane's stream
     * @param repaired by view version, of all targets
     */
    LanePass(
            Plan plan,
            JobFiles files,
            String laneId,
            @Nullable LaneRow row,
            boolean isParent,
            List<List<Target>> targets,
            Map<String, RepairedRecords> repaired,
            List<EntitySet> wanted,
            Progress progress) {
        this.plan = plan;
        this.files = files;
        this.laneId = laneId;
        this.isParent = isParent;
        this.wanted = wanted;
        this.progress = progress;
        this.sink = new EventSink(plan, wanted, null);
        for (List<Target> ofCatalog : targets) {
            replays.add(new CatalogReplay(
                    laneId, ofCatalog, row, repaired, (target, entity) -> sink.wants(target, entity)));
        }
    }

    /** The ids that the lane remembers in the end, by catalog; complete once {@link #run} is over. */
    List<CatalogReplay.Ids> ids() {
        return replays.stream().map(CatalogReplay::ids).toList();
    }

    /** @param ancestors of the lane, each as {@link #ids}; must be replayed before */
    void ancestors(List<List<CatalogReplay.Ids>> ancestors) {
        for (int i = 0; i < replays.size(); i++) {
            int catalog = i;
            replays.get(i)
                    .ancestors(ancestors.stream().map(ids -> ids.get(catalog)).toList());
        }
    }

    /** Replays the lane. Its events are written unless they are there already; then only its ids are wanted. */
    void run(LaneLog log) {
        if (Files.exists(files.events(laneId))) {
            read(log);
            return;
        }
        try (PartitionedWriter writer = new PartitionedWriter(files.events(laneId), plan.buckets())) {
            sink = new EventSink(plan, wanted, writer);
            Position from = log.reached();
            read(log);
            files.writeJson(files.eventsReport(laneId), report(log, from));
            writer.finish();
        }
    }

    /** @param from exclusive */
    private ObjectNode report(LaneLog log, Position from) {
        ObjectNode report = JobFiles.object();
        report.put("records", records);
        report.put("readFrom", from.text());
        report.put("readUpTo", log.reached().text());
        if (maxArrivalMillis != Long.MIN_VALUE) {
            report.put("newestArrival", Instant.ofEpochMilli(maxArrivalMillis).toString());
        }
        report.put("eventsKept", sink.kept());
        return report;
    }

    private void read(LaneLog log) {
        maxArrivalMillis = log.maxArrivalMillis();
        Optional<LaneLog.Run> run = Waiting.on(log.next());
        while (run.isPresent() && replay(run.get())) {
            Waiting.check();
            run = Waiting.on(log.next());
        }
    }

    /** Returns false when nothing that follows is needed. */
    private boolean replay(LaneLog.Run run) {
        List<RawRecord> all = run.records();
        long[] known = new long[all.size()];
        int size = 0;
        long max = maxArrivalMillis;
        while (size < all.size() && (isParent || all.get(size).arrivalMillis() <= plan.asOfMillis())) {
            max = Math.max(max, all.get(size).arrivalMillis());
            known[size++] = max;
        }
        maxArrivalMillis = max;
        List<RawRecord> some = all.subList(0, size);
        String shardId = run.lane().shardId();
        for (CatalogReplay replay : replays) {
            replay.replay(some, known, (target, record, row, entity, filterBits, knownMillis) -> {
                if (knownMillis <= plan.asOfMillis()) {
                    sink.keep(target, entity, row, filterBits, shardId, record, knownMillis);
                }
            });
        }
        records += size;
        progress.advance(size);
        return size == all.size();
    }
}
