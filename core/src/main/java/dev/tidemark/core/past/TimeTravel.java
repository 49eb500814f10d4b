package dev.tidemark.core.past;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.MemoryItems;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.history.Walked;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Values of past moments, from the latest checkpoint that serves the moment and the archive after it (rule T1): decided
 * by the fold's own code, and answered by the live state's own code. Nothing is written.
 */
public final class TimeTravel {

    private final Catalogs catalogs;
    private final HistoryPorts ports;

    public TimeTravel(Catalogs catalogs, HistoryPorts ports) {
        this.catalogs = catalogs;
        this.ports = ports;
    }

    /**
     * A question about the past.
     *
     * @param entity canonical text, see {@link dev.tidemark.core.tile.EntityKeys}
     * @param names of values; null for all
     * @param atMillis any moment that is not in the future, milliseconds since the epoch
     * @param knowledge not empty; with both, the difference is explained
     * @param maxLate how many late events to name at most
     */
    public record Question(
            View view,
            String entity,
            @Nullable List<String> names,
            long atMillis,
            Set<Knowledge> knowledge,
            int maxLate) {

        public Question {
            names = names == null ? null : List.copyOf(names);
            knowledge = Set.copyOf(knowledge);
            if (knowledge.isEmpty() || maxLate < 0) {
                throw new IllegalArgumentException("knowledge " + knowledge + ", late events " + maxLate);
            }
        }

        boolean wants(Knowledge one) {
            return knowledge.contains(one);
        }
    }

    /**
     * @return completes with {@link dev.tidemark.core.store.DamagedArchive} or {@link
     *     dev.tidemark.core.store.DamagedCheckpoint} if what it needs is missing or changed: then nothing is answered
     * @throws IllegalArgumentException if a name is unknown
     */
    public CompletableFuture<PastAnswer> value(Question question) {
        QueryPlan plan = QueryPlan.of(question.view(), question.names(), question.atMillis(), question.atMillis());
        Checkpoints checkpoints = Checkpoints.all(ports.checkpoints());
        // The rows first: they know the ancestors of every lane in the archive, which is listed later.
        return ports.control()
                .readLanes()
                .thenCompose(rows -> checkpoints
                        .newest(one -> Checkpoints.asOf(one, question.view(), question.atMillis()))
                        .thenCompose(checkpoint ->
                                new Journey(question, plan, rows, checkpoints, checkpoint.orElse(null)).run()));
    }

    /** Answers one question. */
    private final class Journey {
        private final Question question;
        private final QueryPlan plan;
        private final Catalog.Source source;
        private final List<LaneRow> rows;
        private final Checkpoints checkpoints;
        private final CheckpointStore.@Nullable Manifest checkpoint;
        private final Decide decide;
        private final MemoryItems served;
        private final MemoryItems now;
        private final List<PastAnswer.Late> late = new ArrayList<>();
        private long lateCount;

        Journey(
                Question question,
                QueryPlan plan,
                List<LaneRow> rows,
                Checkpoints checkpoints,
                CheckpointStore.@Nullable Manifest checkpoint) {
            this.question = question;
            this.plan = plan;
            this.source = catalogs.sourceOf(question.view());
            this.rows = rows;
            this.checkpoints = checkpoints;
            this.checkpoint = checkpoint;
            this.served = new MemoryItems(List.of(question.view()));
            this.now = new MemoryItems(List.of(question.view()));
            this.decide = new Decide(
                    source,
                    List.of(question.view()),
                    LaneDecider.EntityFilter.only(question.entity()),
                    untilKnownMillis(),
                    ports.inputs(),
                    this::folded);
        }

        CompletableFuture<PastAnswer> run() {
            return load().thenCompose(loaded -> History.of(ports, source.stream(), List.of(question.view()), rows))
                    .thenCompose(history -> history.walk(range(), decide))
                    .thenCompose(this::answer);
        }

        private CompletableFuture<PastAnswer> answer(Walked walked) {
            View view = question.view();
            return answer(Knowledge.SERVED, served, walked.rowsAsOf(view, rows))
                    .thenCompose(then -> answer(Knowledge.NOW, now, walked.rowsReached(view, rows))
                            .thenApply(today -> past(then, today, walked.records())));
        }

        private CompletableFuture<Void> load() {
            CheckpointStore.Manifest manifest = checkpoint;
            if (manifest == null) {
                return CompletableFuture.completedFuture(null);
            }
            return checkpoints
                    .items(manifest, Map.of(question.view(), List.of(question.entity())))
                    .thenAccept(items -> items.forEach(this::load));
        }

        private void load(ItemStore.Found item) {
            if (item.key().isMemory()) {
                decide.seed(item);
            } else {
                served.load(item.key(), item.item());
                now.load(item.key(), item.item());
            }
        }

        /** An event that counts arrived at most the retention after it happened. */
        private Range range() {
            long at = question.atMillis();
            long untilArrival =
                    question.wants(Knowledge.NOW) ? at + question.view().retentionMillis() : at;
            // I3: before the seam nothing was answered, so the question can only be what would have been.
            boolean asIf = source.seam() != null && at < source.seam().untilMillis();
            return Range.ALL
                    .after(checkpoint)
                    .until(at, untilKnownMillis(), untilArrival)
                    .asIf(asIf);
        }

        private long untilKnownMillis() {
            return question.wants(Knowledge.NOW) ? Long.MAX_VALUE : question.atMillis();
        }

        private void folded(
                String laneId,
                View view,
                RawRecord record,
                EventRow row,
                String entity,
                long filterBits,
                long knownMillis) {
            boolean known = knownMillis <= question.atMillis();
            if (known && question.wants(Knowledge.SERVED)) {
                served.add(question.view(), laneId, entity, row, filterBits);
            }
            if (row.eventTimeMillis() <= question.atMillis() && question.wants(Knowledge.NOW)) {
                now.add(question.view(), laneId, entity, row, filterBits);
                if (!known && question.wants(Knowledge.SERVED) && isCovered(row.eventTimeMillis())) {
                    addLate(laneId, row, knownMillis);
                }
            }
        }

        private boolean isCovered(long eventTimeMillis) {
            for (Cover cover : plan.covers().values()) {
                if (cover.interval().contains(eventTimeMillis)) {
                    return true;
                }
            }
            return false;
        }

        private void addLate(String laneId, EventRow row, long knownMillis) {
            lateCount++;
            late.add(new PastAnswer.Late(
                    laneId, row.position(), row.eventTimeMillis(), row.arrivalMillis(), knownMillis));
            if (late.size() > 2 * question.maxLate() + 16) {
                trimLate();
            }
        }

        private void trimLate() {
            late.sort(Comparator.comparingLong(PastAnswer.Late::knownMillis)
                    .thenComparing(PastAnswer.Late::lane)
                    .thenComparing(PastAnswer.Late::position));
            if (late.size() > question.maxLate()) {
                late.subList(question.maxLate(), late.size()).clear();
            }
        }

        private CompletableFuture<@Nullable Answer> answer(
                Knowledge knowledge, MemoryItems items, List<LaneRow> lanes) {
            if (!question.wants(knowledge)) {
                return CompletableFuture.completedFuture(null);
            }
            return FeatureServer.answer(
                            items, plan, new ViewProgress(lanes, List.of()), question.entity(), question.atMillis())
                    .thenApply(answer -> answer);
        }

        private PastAnswer past(@Nullable Answer then, @Nullable Answer today, long records) {
            trimLate();
            return new PastAnswer(
                    question.atMillis(),
                    then,
                    today,
                    new PastAnswer.Made(checkpoint == null ? null : checkpoint.id(), records),
                    late,
                    lateCount);
        }
    }
}
