package dev.tidemark.core.past;

import dev.tidemark.core.aggregate.Accumulation;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.RecordReader;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.LaneSink;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.history.Sink;
import dev.tidemark.core.monitor.Challenge;
import dev.tidemark.core.monitor.PairedDifference;
import dev.tidemark.core.pair.PairRule;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes the quality of a model's predictions of any time again, from the archive: the fold's own code decides which events
 * count, and the monitor's own computations say how good they were. Nothing is written.
 */
public final class Evaluator {

    private final Catalogs catalogs;
    private final HistoryPorts ports;
    private final int lanesAtOnce;
    private final Executor threads;
    private final LongConsumer read;

    /**
     * @param threads runs the work on lanes, so many of them at once
     * @param read is told how many records were read, as it goes on; by several threads
     */
    public Evaluator(Catalogs catalogs, HistoryPorts ports, int lanesAtOnce, Executor threads, LongConsumer read) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.lanesAtOnce = lanesAtOnce;
        this.threads = threads;
        this.read = read;
    }

    /**
     * What is asked.
     *
     * @param monitor has an outcome
     * @param slice the name of the monitor's slice by which quality is kept apart; null for none
     * @param versions of which predictions alone; empty for all
     * @param fromMillis of predictions' times, inclusive
     * @param toMillis exclusive
     * @param scorers besides what was served; at most two
     * @param id the field of a prediction that names it
     * @param outcomeId the field of an outcome that names its prediction, where it carries it
     * @param cut up to which everything is read, so that the answer is the same forever; null for what is known now
     * @param trainedUpTo by the id of a live lane the position of the last record that a scorer was trained on: a label that
     *     was known there is {@linkplain EvaluationReport#leaked leaked}; empty if nobody says
     */
    public record Question(
            Monitor monitor,
            @Nullable String slice,
            Set<String> versions,
            long fromMillis,
            long toMillis,
            List<EvaluationReport.Scorer> scorers,
            FieldPath id,
            FieldPath outcomeId,
            @Nullable Cut cut,
            Map<String, Position> trainedUpTo) {

        public Question {
            versions = Set.copyOf(versions);
            scorers = List.copyOf(scorers);
            trainedUpTo = Map.copyOf(trainedUpTo);
            if (monitor.outcome() == null || scorers.size() > 2 || fromMillis >= toMillis) {
                throw new IllegalArgumentException("outcome " + monitor.outcome() + ", " + scorers.size()
                        + " scorers, from " + fromMillis + " to " + toMillis);
            }
        }

        /** The same by another slice; null for none. */
        public Question by(@Nullable String other) {
            return new Question(
                    monitor, other, versions, fromMillis, toMillis, scorers, id, outcomeId, cut, trainedUpTo);
        }

        /** The same with another training bound. */
        public Question trainedUpTo(Map<String, Position> bound) {
            return new Question(monitor, slice, versions, fromMillis, toMillis, scorers, id, outcomeId, cut, bound);
        }

        private boolean wants(EventRow row, String entity) {
            return row.eventTimeMillis() >= fromMillis
                    && row.eventTimeMillis() < toMillis
                    && (versions.isEmpty()
                            || versions.contains(EntityKeys.values(entity).get(0)));
        }

        /** Whether a record was known at the training bound, by its position: a redrive's is that of the archived one. */
        private boolean wasKnown(String laneId, RawRecord record) {
            Position bound = trainedUpTo.get(Lane.liveOf(laneId));
            return bound != null && !record.position().isAfter(bound);
        }
    }

    /** What was served has no file. */
    private record Served(String name) implements EvaluationReport.Scorer {

        @Override
        public @Nullable BigDecimal of(String id) {
            return null;
        }
    }

    /**
     * Answers, with everything that is known now, or was at the cut.
     *
     * @return completes with {@link dev.tidemark.core.store.DamagedArchive} if the archive of that time is not whole
     */
    public CompletableFuture<EvaluationReport> evaluate(Question question) {
        Monitor.Outcome outcome = Objects.requireNonNull(question.monitor().outcome());
        List<EvaluationReport.Scorer> scorers = new ArrayList<>(List.of(new Served(EvaluationReport.SERVED)));
        scorers.addAll(question.scorers());
        Monitor.Slice slice = question.monitor().slices().stream()
                .filter(one -> one.name().equals(question.slice()))
                .findFirst()
                .orElse(null);
        Monitor monitor = question.monitor();
        Map<Evaluation.Kind, Evaluation.Scored> views = new EnumMap<>(Evaluation.Kind.class);
        views.put(
                Evaluation.Kind.OUTCOME,
                new Evaluation.Scored(slice == null ? outcome.quality() : slice.quality(), outcome.score()));
        if (outcome.isAbsent()) {
            View predictions = slice == null ? monitor.predictions() : Objects.requireNonNull(slice.predictions());
            views.put(Evaluation.Kind.PREDICTION, new Evaluation.Scored(predictions, monitor.score()));
        }
        Evaluation evaluation = new Evaluation(outcome, monitor.windows().get(0), views, scorers);
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (Map.Entry<Evaluation.Kind, Evaluation.Scored> scored : views.entrySet()) {
            View view = scored.getValue().view();
            done = done.thenCompose(walked -> walk(question, scored.getKey(), view, evaluation));
        }
        return done.thenApply(walked -> evaluation.report());
    }

    private CompletableFuture<Void> walk(Question question, Evaluation.Kind kind, View view, Evaluation into) {
        Catalog.Source source = catalogs.sourceOf(view);
        return walk(question, view, () -> {
            View quality = Objects.requireNonNull(question.monitor().outcome()).quality();
            PairRule pairs = view.source().equals(quality.source()) ? quality.pairs() : view.pairs();
            Ids ids = pairs == null
                    ? new OfField(source, kind == Evaluation.Kind.OUTCOME ? question.outcomeId() : question.id())
                    : new OfPair(source, pairs);
            return (laneId, record, row, entity) -> {
                String id = question.scorers().isEmpty() ? null : ids.of(record);
                boolean wasKnown = question.wasKnown(laneId, record);
                synchronized (into) {
                    into.add(kind, row, entity, id, wasKnown);
                }
            };
        });
    }

    /**
     * Compares what was served with a challenger whose score was logged beside it, by the monitor's own computations: what the
     * live report says of a window of these predictions.
     *
     * @param monitor has challengers
     * @param versions whose predictions alone; empty for all
     * @param challenger one of the monitor's
     * @param fromMillis of predictions' times, inclusive
     * @param toMillis exclusive; with labels by absence, predictions whose horizon has not passed count as no
     * @return the loss of what was served less the challenger's; empty for fewer than two predictions with both. Completes
     *     exceptionally as {@link #evaluate} does
     */
    public CompletableFuture<Optional<PairedDifference>> challenge(
            Monitor monitor, Set<String> versions, String challenger, long fromMillis, long toMillis) {
        Monitor.Challengers challengers = monitor.challengers();
        if (challengers == null || !challengers.versions().contains(challenger)) {
            throw new IllegalArgumentException(
                    "the monitor of '" + monitor.model() + "' has no challenger " + challenger);
        }
        FieldPath id = monitor.logged().id();
        Question question =
                new Question(monitor, null, versions, fromMillis, toMillis, List.of(), id, id, null, Map.of());
        Window window = monitor.windows().get(0);
        View predicted = challengers.all().predicted();
        CompletableFuture<Map<String, @Nullable Object>> came =
                answer(question, challengers.all().came(), window);
        return predicted == null
                ? came.thenApply(all -> difference(challenger, all, null, window))
                : came.thenCompose(positives -> answer(question, predicted, window)
                        .thenApply(all -> difference(challenger, positives, all, window)));
    }

    private static Optional<PairedDifference> difference(
            String challenger,
            Map<String, @Nullable Object> came,
            @Nullable Map<String, @Nullable Object> predicted,
            Window window) {
        return Challenge.of(challenger, came, predicted, window).map(Challenge::difference);
    }

    /** What a view would answer about all versions together, if its window were the question's. */
    private CompletableFuture<Map<String, @Nullable Object>> answer(Question question, View view, Window window) {
        Map<String, Accumulation> features = new LinkedHashMap<>();
        view.features().stream()
                .filter(feature -> feature.window().equals(window))
                .forEach(feature -> features.put(feature.name(), new Accumulation(feature.computation())));
        return walk(question, view, () -> (laneId, record, row, entity) -> {
                    synchronized (features) {
                        features.values().forEach(feature -> feature.add(row));
                    }
                })
                .thenApply(walked -> {
                    Map<String, @Nullable Object> values = new LinkedHashMap<>();
                    features.forEach((name, feature) -> values.put(name, feature.value()));
                    return values;
                });
    }

    /** Takes the events of one lane that are wanted. */
    @FunctionalInterface
    private interface Taker {

        void take(String laneId, RawRecord record, EventRow row, String entity);
    }

    /** @param takers makes one for each lane */
    private CompletableFuture<Void> walk(Question question, View view, Supplier<Taker> takers) {
        Catalog.Source source = catalogs.sourceOf(view);
        Decide decide = new Decide(
                source,
                List.of(view),
                LaneDecider.EntityFilter.ALL,
                Long.MAX_VALUE,
                ports.inputs(),
                (laneId, of, record, row, entity, bits, known) -> {});
        Sink sink = (laneId, parts) -> {
            Taker taker = takers.get();
            return new Counting(decide.open(parts, (lane, of, record, row, entity, bits, known) -> {
                if (question.wants(row, entity)) {
                    taker.take(lane, record, row, entity);
                }
            }));
        };
        // No event happens after its arrival. What decides about it may have arrived twice as long before as is
        // remembered.
        Range range = Range.arrived(
                        question.fromMillis() - 2 * view.rememberedMillis(),
                        question.toMillis() + view.admittedMillis())
                .parallel(lanesAtOnce, threads);
        return history(source.stream(), view, question.cut())
                .thenCompose(history -> history.walk(range, sink))
                .thenAccept(walked -> {});
    }

    private CompletableFuture<History> history(String stream, View view, @Nullable Cut cut) {
        return cut != null
                ? History.of(ports, stream, List.of(view), cut)
                : ports.control().readLanes().thenCompose(rows -> History.of(ports, stream, List.of(view), rows));
    }

    /** Tells how far the walk is. */
    private final class Counting implements LaneSink {

        private final LaneSink inner;

        Counting(LaneSink inner) {
            this.inner = inner;
        }

        @Override
        public CompletableFuture<Boolean> take(int part, Lane lane, List<RawRecord> records, long[] knownMillis) {
            return inner.take(part, lane, records, knownMillis);
        }

        @Override
        public void read(long[] knownMillis) {
            read.accept(knownMillis.length);
        }
    }

    /** Which prediction a record is about. */
    @FunctionalInterface
    private interface Ids {

        /** Null if the record does not say. */
        @Nullable
        String of(RawRecord record);
    }

    /** The prediction's id in one field. */
    private static final class OfField implements Ids {

        private final FieldPath field;
        private final int[] slot;
        private final RecordReader reader;
        private final EventRow row;

        OfField(Catalog.Source source, FieldPath field) {
            Catalog.Source reading = source.reading(List.of(field));
            this.field = field;
            this.slot = new int[] {reading.shape().fields().indexOf(field)};
            this.reader = reading.reader();
            this.row = new EventRow(reading.shape().fields().size());
        }

        @Override
        public @Nullable String of(RawRecord record) {
            try {
                row.setRecord(record.position(), "", record.arrivalMillis());
                reader.read(record, row);
                return EntityKeys.of(row, slot, List.of(field.toString()));
            } catch (InvalidEvent namesNone) {
                return null;
            }
        }
    }

    /** The key of a pair, whichever half of it the record is. */
    private static final class OfPair implements Ids {

        private final PairRule pairs;
        private final RecordReader reader;
        private final EventRow row;

        OfPair(Catalog.Source source, PairRule pairs) {
            this.pairs = pairs;
            this.reader = source.reader();
            this.row = new EventRow(source.shape().fields().size());
        }

        @Override
        public @Nullable String of(RawRecord record) {
            try {
                row.setRecord(record.position(), "", record.arrivalMillis());
                reader.read(record, row);
                PairRule.Side left = pairs.left();
                List<PairRule.Named> key = pairs.side(
                                left.where() == null || left.where().test(row))
                        .key();
                String id = EntityKeys.of(
                        row,
                        key.stream().mapToInt(PairRule.Named::slot).toArray(),
                        key.stream().map(PairRule.Named::name).toList());
                return key.size() == 1 ? id : EntityKeys.of(List.of(id));
            } catch (InvalidEvent | IllegalArgumentException namesNone) {
                return null;
            }
        }
    }
}
