package dev.tidemark.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.LanePart;
import dev.tidemark.core.history.LaneSink;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.history.Sink;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.DamagedCheckpoint;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import dev.tidemark.training.TrainingSetRequest.Imported;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Walks the past of every stream that a target reads, several lanes at once, and keeps the events that answers need: in
 * a file for each lane, which a resumed job does not make again, and one for all redrives.
 */
final class HistoryPass {

    /** Replaces a lane's id in file names; no lane has it. */
    private static final String REDRIVES = "redrives";

    private final Plan plan;
    private final @Nullable Cut cut;
    private final JobFiles files;
    private final HistoryPorts sources;
    private final List<EntitySet> wanted;
    private final Progress progress;
    private final Executor threads;
    private final int lanesAtOnce;

    /** @param cut where the past ends; null for the end of the log */
    HistoryPass(
            Plan plan,
            @Nullable Cut cut,
            JobFiles files,
            HistoryPorts sources,
            List<EntitySet> wanted,
            Progress progress,
            Executor threads,
            int lanesAtOnce) {
        this.plan = plan;
        this.cut = cut;
        this.files = files;
        this.sources = sources;
        this.wanted = wanted;
        this.progress = progress;
        this.threads = threads;
        this.lanesAtOnce = lanesAtOnce;
    }

    void run() {
        List<LaneRow> rows = cut == null ? Waiting.on(sources.control().readLanes()) : cut.lanes();
        progress.stage(
                Progress.Stage.ARCHIVE, rows.stream().mapToLong(LaneRow::count).sum());
        Map<String, List<WantedView>> streams = new LinkedHashMap<>();
        plan.targets()
                .forEach(target -> streams.computeIfAbsent(target.source().stream(), stream -> new ArrayList<>())
                        .add(target));
        try (Events redrives = new Events(REDRIVES)) {
            Set<Long> numbers = new HashSet<>();
            streams.forEach((stream, targets) -> walk(stream, targets, rows, redrives, numbers));
            redrives.finish(JobFiles.object().put("manifests", numbers.size()));
        }
    }

    private void walk(String stream, List<WantedView> targets, List<LaneRow> rows, Events redrives, Set<Long> numbers) {
        Manifest checkpoint = checkpoint(targets);
        Range range = Range.ALL
                .after(checkpoint)
                .until(plan.asOfMillis(), plan.asOfMillis(), Long.MAX_VALUE)
                .asIf(plan.imported() == Imported.AS_IF)
                .reachingRows()
                .ofLanes(laneId -> !Files.exists(files.events(laneId)))
                .parallel(lanesAtOnce, threads);
        Lanes lanes = new Lanes(targets, checkpoint, redrives, numbers);
        List<View> views = targets.stream().map(WantedView::view).toList();
        History history = Waiting.on(
                cut == null ? History.of(sources, stream, views, rows) : History.of(sources, stream, views, cut));
        Waiting.on(history.walk(range, lanes));
    }

    /**
     * The newest checkpoint such that no answer depends on an earlier arrival. Only its positions are used, not its
     * state, so there is none if earlier state is needed: for lifetime windows, and for views that drop duplicates,
     * which remember ids from the beginning on.
     */
    private @Nullable Manifest checkpoint(List<WantedView> targets) {
        long earliest =
                targets.stream().mapToLong(this::earliestArrivalMillis).min().orElse(Long.MIN_VALUE);
        if (earliest == Long.MIN_VALUE) {
            return null;
        }
        List<String> ids = Waiting.on(sources.checkpoints().list());
        for (int i = ids.size() - 1; i >= 0; i--) {
            Manifest manifest = manifest(ids.get(i));
            if (manifest != null
                    && !manifest.positions().lanes().isEmpty()
                    && manifest.positions().lanes().stream().allMatch(row -> row.maxArrivalMillis() < earliest)) {
                return manifest;
            }
        }
        return null;
    }

    /** No event happens after its arrival. What a half meets may have arrived twice as long before as is remembered. */
    private long earliestArrivalMillis(WantedView target) {
        long earliest = plan.earliestMillis(target);
        if (earliest == Long.MIN_VALUE || target.view().duplicates() != null) {
            return Long.MIN_VALUE;
        }
        return earliest - 2 * target.view().rememberedMillis();
    }

    /** Null if the checkpoint cannot be read: an older one only means reading more. */
    private @Nullable Manifest manifest(String id) {
        try {
            return Waiting.on(sources.checkpoints().manifest(id));
        } catch (DamagedCheckpoint e) {
            return null;
        }
    }

    /** The events for one file; none if the file exists already. */
    private final class Events implements AutoCloseable {
        private final String name;
        private final @Nullable PartitionedWriter writer;
        private final EventSink sink;

        Events(String name) {
            this.name = name;
            this.writer =
                    Files.exists(files.events(name)) ? null : new PartitionedWriter(files.events(name), plan.buckets());
            this.sink = new EventSink(plan, writer);
        }

        void finish(ObjectNode report) {
            if (writer != null) {
                files.writeJson(files.eventsReport(name), report.put("eventsKept", sink.kept()));
                writer.finish();
            }
        }

        @Override
        public void close() {
            if (writer != null) {
                writer.close();
            }
        }
    }

    /** The targets of one source of one catalog, where a view's name belongs to one target. */
    private final class OfSource {
        private final Map<String, WantedView> targets = new HashMap<>();
        private final Decide decide;

        OfSource(List<WantedView> targets) {
            targets.forEach(target -> this.targets.put(target.view().name(), target));
            this.decide = new Decide(
                    targets.get(0).source(),
                    targets.stream().map(WantedView::view).toList(),
                    (view, entity) -> wanted.get(of(view).index()).contains(EntitySet.hash(entity)),
                    plan.asOfMillis(),
                    sources.inputs(),
                    (laneId, view, record, row, entity, bits, known) -> {});
        }

        private WantedView of(View view) {
            return Objects.requireNonNull(targets.get(view.name()));
        }

        LaneSink open(List<LanePart> parts, Events events) {
            return decide.open(
                    parts,
                    (laneId, view, record, row, entity, bits, known) ->
                            events.sink.keep(of(view), entity, row, bits, known));
        }
    }

    /** The lanes of one stream. */
    private final class Lanes implements Sink {
        private final List<OfSource> sources;
        private final Map<String, Position> starts = new HashMap<>();
        private final Events redrives;
        private final Set<Long> numbers;

        Lanes(List<WantedView> targets, @Nullable Manifest checkpoint, Events redrives, Set<Long> numbers) {
            this.sources = targets.stream()
                    .collect(Collectors.groupingBy(
                            target -> List.of(target.definition(), target.source()),
                            LinkedHashMap::new,
                            Collectors.toList()))
                    .values()
                    .stream()
                    .map(OfSource::new)
                    .toList();
            if (checkpoint != null) {
                checkpoint
                        .positions()
                        .lanes()
                        .forEach(row -> starts.put(row.lane().id(), row.last()));
            }
            this.redrives = redrives;
            this.numbers = numbers;
        }

        @Override
        public LaneSink open(String laneId, List<LanePart> parts) {
            if (Lane.isRedrive(laneId)) {
                numbers.add(Lane.redriveOf(laneId));
                return new OfLane(redrives, parts, Position.ORIGIN) {
                    @Override
                    public CompletableFuture<Void> end(Position reached) {
                        // Other redrives' events follow.
                        return CompletableFuture.completedFuture(null);
                    }

                    @Override
                    public void close() {
                        // Likewise.
                    }
                };
            }
            return new OfLane(new Events(laneId), parts, starts.getOrDefault(laneId, Position.ORIGIN));
        }

        /** One lane. */
        private class OfLane implements LaneSink {
            private final Events events;
            private final List<LaneSink> sinks;
            private final Position from;
            private long records;
            private long newestMillis = Long.MIN_VALUE;

            OfLane(Events events, List<LanePart> parts, Position from) {
                this.events = events;
                this.sinks = sources.stream()
                        .map(source -> source.open(parts, events))
                        .toList();
                this.from = from;
            }

            @Override
            public void read(long[] knownMillis) {
                for (long known : knownMillis) {
                    if (known <= plan.asOfMillis()) {
                        records++;
                        newestMillis = known;
                    }
                }
                progress.advance(knownMillis.length);
            }

            @Override
            public CompletableFuture<Boolean> take(int part, Lane lane, List<RawRecord> some, long[] knownMillis) {
                Waiting.check();
                return CompletableFuture.allOf(sinks.stream()
                                .map(sink -> sink.take(part, lane, some, knownMillis))
                                .toArray(CompletableFuture[]::new))
                        .thenApply(taken -> true);
            }

            @Override
            public CompletableFuture<Void> end(Position reached) {
                ObjectNode report = JobFiles.object();
                report.put("records", records);
                report.put("readFrom", from.text());
                report.put("readUpTo", reached.text());
                if (records > 0) {
                    report.put(
                            "newestArrival", Instant.ofEpochMilli(newestMillis).toString());
                }
                events.finish(report);
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void close() {
                events.close();
            }
        }
    }
}
