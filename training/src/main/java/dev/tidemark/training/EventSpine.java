package dev.tidemark.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.fold.BatchRows;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.LaneSink;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.history.Sink;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A spine of the events of a source; each lane of the archive is a part. */
final class EventSpine extends MadeSpine {

    /** Few enough to stay in a processor's cache. */
    private static final int CHUNK_RECORDS = 64;

    private final SpineFrom.Events from;
    private final EventColumns columns;
    private final HistoryPorts sources;
    private final Progress progress;

    EventSpine(
            TrainingSetRequest request,
            SpineFrom.Events from,
            List<WantedView> targets,
            JobFiles files,
            HistoryPorts sources,
            Progress progress) {
        this(request, from, new EventColumns(request, from, targets), targets, files, sources, progress);
    }

    private EventSpine(
            TrainingSetRequest request,
            SpineFrom.Events from,
            EventColumns columns,
            List<WantedView> targets,
            JobFiles files,
            HistoryPorts sources,
            Progress progress) {
        super(request, targets, columns.columns(), files);
        this.from = from;
        this.columns = columns;
        this.sources = sources;
        this.progress = progress;
    }

    @Override
    String remedy() {
        return "rename a key with --key-column, or leave the column out of --spine-column";
    }

    @Override
    void begin(ObjectNode report, long nowMillis) {
        report.put("untilMillis", Math.min(from.toMillis(), nowMillis + 1));
    }

    @Override
    String nothing(Map<String, Long> leftOut) {
        return "no event of source '" + from.source()
                + "' has a row, so there is nothing to compute: see the condition and the moments"
                + (leftOut.isEmpty() ? "" : "; events that cannot have one: " + leftOut);
    }

    @Override
    void read(ObjectNode report, Executor threads, int lanesAtOnce) {
        long untilMillis = report.path("untilMillis").asLong();
        String stream = columns.source().stream();
        List<LaneRow> rows = Waiting.on(sources.control().readLanes()).stream()
                .filter(row -> row.lane().streamName().equals(stream))
                .toList();
        progress.stage(
                Progress.Stage.EVENTS, rows.stream().mapToLong(LaneRow::count).sum());
        Range range =
                Range.ALL.reachingRows().ofLanes(laneId -> !hasPart(laneId)).parallel(lanesAtOnce, threads);
        Sink sink = (laneId, parts) -> new OfLane(laneId, untilMillis);
        Waiting.on(History.ofRecords(sources, stream, rows).thenCompose(history -> history.walk(range, sink)));
    }

    /** Writes the rows of one lane. */
    private final class OfLane implements LaneSink {
        private final long untilMillis;
        private final BatchRows events = new BatchRows(columns.source());
        private final Part rows;

        OfLane(String laneId, long untilMillis) {
            this.rows = new Part(laneId);
            this.untilMillis = untilMillis;
        }

        @Override
        public void read(long[] knownMillis) {
            progress.advance(knownMillis.length);
        }

        @Override
        public CompletableFuture<Boolean> take(int part, Lane lane, List<RawRecord> records, long[] knownMillis) {
            Waiting.check();
            return sources.inputs().prepare(columns.source(), records).thenApply(ready -> {
                take(lane, records, ready);
                return true;
            });
        }

        private void take(Lane lane, List<RawRecord> records, Inputs.Ready ready) {
            for (int first = 0; first < records.size(); first += CHUNK_RECORDS) {
                List<RawRecord> chunk = records.subList(first, Math.min(records.size(), first + CHUNK_RECORDS));
                events.read(chunk, lane.shardId(), ready);
                for (int i = 0; i < chunk.size(); i++) {
                    take(i);
                }
            }
        }

        private void take(int index) {
            InvalidEvent unreadable = events.invalid(index);
            if (unreadable != null) {
                rows.leaveOut(unreadable);
                return;
            }
            EventRow event = events.row(index);
            long timeMillis = event.eventTimeMillis();
            if (timeMillis != IsoTime.NONE && (timeMillis < from.fromMillis() || timeMillis >= untilMillis)) {
                return;
            }
            try {
                if (!events.isOnItsSide(index)) {
                    return;
                }
                @Nullable Object[] row = columns.row(event, events.statedTimeMillis(index));
                if (row != null) {
                    rows.write(row);
                }
            } catch (InvalidEvent e) {
                rows.leaveOut(String.valueOf(e.getMessage()), 1);
            }
        }

        @Override
        public CompletableFuture<Void> end(Position reached) {
            rows.finish(JobFiles.object().put("readUpTo", reached.text()));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
