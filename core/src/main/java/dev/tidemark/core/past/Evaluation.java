package dev.tidemark.core.past;

import dev.tidemark.core.aggregate.Accumulation;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.monitor.Metrics;
import dev.tidemark.core.monitor.PairedDifference;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How good a model's predictions are, from the events that its monitor's views fold, with the computations of these views: by the
 * scores that were served, and by those of other models, which take their place. All sums are exact, so the order of events does
 * not matter. Not thread-safe.
 */
final class Evaluation {

    /** More values of a slice than anybody compares. */
    private static final int MAX_GROUPS = 1_000;

    private final Monitor.Outcome outcome;
    private final Window window;
    private final Map<Kind, Scored> views;
    private final List<EvaluationReport.Scorer> scorers;

    /** Of each scorer, by version (empty for those that are not of one version) and value of the slice. */
    private final List<Map<Group, OfGroup>> groups = new ArrayList<>();

    private final Map<String, Differences> differences = new TreeMap<>();

    /** How many events of each kind each scorer has no score of. */
    private final Map<Kind, long[]> missing = new EnumMap<>(Kind.class);

    /** How many events of each kind were known at the training bound. */
    private final Map<Kind, Long> leaked = new EnumMap<>(Kind.class);

    private record Group(String version, String slice) implements Comparable<Group> {

        @Override
        public int compareTo(Group other) {
            int byVersion = version.compareTo(other.version);
            return byVersion != 0 ? byVersion : slice.compareTo(other.slice);
        }
    }

    /** Which of the monitor's views an event is of. */
    enum Kind {
        /** A prediction, as if its label were a no: where labels are by absence. */
        PREDICTION,
        OUTCOME
    }

    /**
     * A view of events with a score.
     *
     * @param score the field that holds it
     */
    record Scored(View view, String score) {

        int slot() {
            return view.inputs().stream()
                    .filter(input -> input.path().equals(score))
                    .findFirst()
                    .orElseThrow()
                    .slot();
        }
    }

    /**
     * @param window any of the monitor's: what its views compute over it is computed here
     * @param scorers the first is what was served
     */
    Evaluation(Monitor.Outcome outcome, Window window, Map<Kind, Scored> views, List<EvaluationReport.Scorer> scorers) {
        this.outcome = outcome;
        this.window = window;
        this.views = views;
        this.scorers = scorers;
        views.keySet().forEach(kind -> missing.put(kind, new long[scorers.size()]));
        scorers.forEach(scorer -> groups.add(new TreeMap<>()));
    }

    /** What has come in of one group, by feature. */
    private final class OfGroup {
        private final Map<Kind, Map<String, Accumulation>> features = new EnumMap<>(Kind.class);

        OfGroup() {
            views.forEach((kind, scored) -> {
                Map<String, Accumulation> made = new LinkedHashMap<>();
                for (View.Feature feature : scored.view().features()) {
                    // All other features are about inputs.
                    if (feature.window().equals(window) && feature.name().startsWith(Monitor.MARK)) {
                        made.put(feature.name(), new Accumulation(feature.computation()));
                    }
                }
                features.put(kind, made);
            });
        }

        void add(Kind kind, EventRow row) {
            of(kind).values().forEach(feature -> feature.add(row));
        }

        Map<String, @Nullable Object> values(Kind kind) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            of(kind).forEach((name, feature) -> values.put(name, feature.value()));
            return values;
        }

        private Map<String, Accumulation> of(Kind kind) {
            return features.getOrDefault(kind, Map.of());
        }
    }

    /** Exact sums of the differences of losses. */
    private static final class Differences {
        private long count;
        private BigDecimal sum = BigDecimal.ZERO;
        private BigDecimal squares = BigDecimal.ZERO;

        void add(int sign, BigDecimal difference) {
            count += sign;
            replace(sign, BigDecimal.ZERO, difference);
        }

        void replace(int sign, BigDecimal before, BigDecimal after) {
            BigDecimal times = BigDecimal.valueOf(sign);
            sum = sum.add(after.subtract(before).multiply(times));
            squares = squares.add(after.pow(2).subtract(before.pow(2)).multiply(times));
        }
    }

    /**
     * Takes an event.
     *
     * @param row its score is as it was before when this returns
     * @param entity of the view: a version, and perhaps a value of the slice
     * @param id of its prediction; null if it names none
     * @param wasKnown whether it was known at the training bound
     */
    void add(Kind kind, EventRow row, String entity, @Nullable String id, boolean wasKnown) {
        if (wasKnown) {
            // A label that was revised since then was known all the same.
            leaked.merge(kind, (long) sign(row), Long::sum);
        }
        Scored scored = Objects.requireNonNull(views.get(kind));
        View view = scored.view();
        List<String> keys = EntityKeys.values(entity);
        String slice = keys.size() > 1 ? keys.get(1) : "";
        int slot = scored.slot();
        BigDecimal served = row.isNumber(slot) ? row.decimal(slot) : null;
        List<@Nullable BigDecimal> scores = new ArrayList<>();
        for (int i = 0; i < scorers.size(); i++) {
            BigDecimal score =
                    i == 0 ? served : id == null ? null : scorers.get(i).of(id);
            scores.add(score);
            if (i == 0) {
                group(i, keys.get(0), slice).add(kind, row);
            } else if (score == null) {
                Objects.requireNonNull(missing.get(kind))[i] += sign(row);
            } else {
                row.setDecimal(slot, score);
                group(i, "", slice).add(kind, row);
            }
        }
        if (scorers.size() > 1) {
            compare(kind, view, row, slot, slice, scores);
        }
        if (served == null) {
            row.setAbsent(slot);
        } else {
            row.setDecimal(slot, served);
        }
    }

    private OfGroup group(int scorer, String version, String slice) {
        Map<Group, OfGroup> of = groups.get(scorer);
        OfGroup group = of.computeIfAbsent(new Group(version, slice), key -> new OfGroup());
        if (of.size() > MAX_GROUPS) {
            throw new TooManyGroups("there are more than " + MAX_GROUPS + " versions and values of the slice");
        }
        return group;
    }

    private static int sign(EventRow row) {
        return row.isTakenBack() ? -1 : 1;
    }

    /** The first of two files with the second, or a file with what was served. */
    private void compare(
            Kind kind, View view, EventRow row, int slot, String slice, List<@Nullable BigDecimal> scores) {
        BigDecimal one = scores.get(scores.size() == 2 ? 0 : 1);
        BigDecimal other = scores.get(scores.size() == 2 ? 1 : 2);
        if (one == null || other == null) {
            return;
        }
        Differences to = differences.computeIfAbsent(slice, key -> new Differences());
        int sign = sign(row);
        boolean isTakenBack = row.isTakenBack();
        row.setTakenBack(false);
        BigDecimal difference =
                difference(view, outcome.isBinary() ? Monitor.LOG_LOSS : Monitor.MAE, row, slot, one, other);
        if (difference == null) {
            // Without a label there is no loss.
            row.setTakenBack(isTakenBack);
            return;
        }
        if (kind == Kind.OUTCOME && outcome.isAbsent()) {
            BigDecimal asNo = difference(view, Monitor.LOG_LOSS_AS_NO, row, slot, one, other);
            to.replace(sign, asNo == null ? BigDecimal.ZERO : asNo, difference);
        } else {
            to.add(sign, difference);
        }
        row.setTakenBack(isTakenBack);
    }

    private @Nullable BigDecimal difference(
            View view, String feature, EventRow row, int slot, BigDecimal one, BigDecimal other) {
        Computation loss = view.features().stream()
                .filter(of -> of.name().equals(Monitor.valueName(feature, window)))
                .findFirst()
                .orElseThrow()
                .computation();
        BigDecimal first = loss(loss, row, slot, one);
        BigDecimal second = loss(loss, row, slot, other);
        return first == null || second == null ? null : first.subtract(second);
    }

    private static @Nullable BigDecimal loss(Computation loss, EventRow row, int slot, BigDecimal score) {
        Accumulation alone = new Accumulation(loss);
        row.setDecimal(slot, score);
        alone.add(row);
        return (BigDecimal) alone.value();
    }

    EvaluationReport report() {
        List<EvaluationReport.Quality> qualities = new ArrayList<>();
        for (int i = 0; i < scorers.size(); i++) {
            String scorer = scorers.get(i).name();
            groups.get(i).forEach((group, of) -> {
                Map<String, @Nullable Object> came = of.values(Kind.OUTCOME);
                Map<String, @Nullable Object> predicted = of.values(Kind.PREDICTION);
                long known = rows(outcome.isAbsent() ? predicted : came);
                qualities.add(new EvaluationReport.Quality(
                        scorer,
                        group.version(),
                        group.slice(),
                        known,
                        known == 0 ? null : Metrics.of(outcome, predicted, came, window)));
            });
        }
        List<EvaluationReport.Compared> compared = new ArrayList<>();
        differences.forEach((slice, sums) -> {
            if (sums.count >= 2) {
                compared.add(new EvaluationReport.Compared(
                        slice, PairedDifference.of(sums.count, sums.sum.doubleValue(), sums.squares.doubleValue())));
            }
        });
        Map<String, Long> lacking = new LinkedHashMap<>();
        for (int i = 1; i < scorers.size(); i++) {
            int scorer = i;
            lacking.put(scorers.get(i).name(), most(missing.values().stream().map(counts -> counts[scorer])));
        }
        return new EvaluationReport(qualities, compared, lacking, most(leaked.values().stream()));
    }

    /** With labels by absence, what has a yes is among the predictions too. */
    private static long most(Stream<Long> counts) {
        return counts.reduce(0L, Math::max);
    }

    private long rows(Map<String, @Nullable Object> values) {
        return values.get(Monitor.valueName(Monitor.ROWS, window)) instanceof Long rows ? rows : 0;
    }

    /** A slice that nobody could read. */
    static final class TooManyGroups extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        TooManyGroups(String message) {
            super(message);
        }
    }
}
