package dev.tidemark.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.fold.LaneReplay;
import dev.tidemark.core.port.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Replays the redrives (rule Q1): their records count in the view versions that quarantined them, with their original
 * positions and arrivals, and are known from the redrive's time on.
 */
final class RedrivePass {

    /** Stands where a lane's id does in the names of files; no lane has it. */
    static final String NAME = "redrives";

    private final Plan plan;
    private final JobFiles files;
    private final RedriveLog log;
    private final List<EntitySet> wanted;

    RedrivePass(Plan plan, JobFiles files, RedriveLog log, List<EntitySet> wanted) {
        this.plan = plan;
        this.files = files;
        this.log = log;
        this.wanted = wanted;
    }

    void run() {
        if (Files.exists(files.events(NAME))) {
            return;
        }
        try (PartitionedWriter writer = new PartitionedWriter(files.events(NAME), plan.buckets())) {
            EventSink sink = new EventSink(plan, wanted, writer);
            long last = Waiting.on(log.known()).last();
            long used = 0;
            for (long number = 1; number <= last; number++) {
                RedriveLog.Manifest manifest = Waiting.on(log.read(number));
                if (manifest.timeMillis() <= plan.asOfMillis()) {
                    plan.targets().forEach(target -> replay(manifest, target, sink));
                    used++;
                }
            }
            ObjectNode report = JobFiles.object();
            report.put("manifests", used);
            report.put("eventsKept", sink.kept());
            files.writeJson(files.eventsReport(NAME), report);
            writer.finish();
        }
    }

    private void replay(RedriveLog.Manifest manifest, Target target, EventSink sink) {
        Map<Lane, List<RawRecord>> lanes = new LinkedHashMap<>();
        for (RedriveLog.Entry entry : manifest.entries()) {
            if (entry.viewVersion().equals(target.view().version())) {
                lanes.computeIfAbsent(entry.lane(), lane -> new ArrayList<>()).add(entry.record());
            }
        }
        lanes.forEach((lane, records) -> new LaneReplay(
                        target.source(),
                        List.of(target.view()),
                        JsonEventReader::new,
                        lane.ofRedrive(manifest.number()).id(),
                        (view, entity) -> sink.wants(target, entity))
                .replay(records, new LaneReplay.Visitor() {
                    @Override
                    public void folded(View view, int record, EventRow row, String entity, long filterBits) {
                        sink.keep(
                                target,
                                entity,
                                row,
                                filterBits,
                                lane.shardId(),
                                records.get(record),
                                manifest.timeMillis());
                    }
                }));
    }
}
