package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads {@code train:} of a model. The view of its rows is made as those of the monitor are, but is none of the catalog. */
final class TrainingReader {

    static final long DEFAULT_LAST_MILLIS = 30 * 86_400_000L;
    static final int DEFAULT_HOLDOUT_PART = 10;
    static final long DEFAULT_AT_LEAST = 1_000;
    static final long MOST_AT_LEAST = 1_000_000_000;
    static final BigDecimal DEFAULT_CONFIDENCE = new BigDecimal("0.95");
    static final BigDecimal LEAST_CONFIDENCE = new BigDecimal("0.5");
    static final BigDecimal MOST_CONFIDENCE = new BigDecimal("0.9999");
    static final int MAX_COMMAND = 100;
    private static final String DRIFT = Training.CAUSES.get(0);

    private static final long SECOND_MILLIS = 1_000;
    private static final String TRAIN_REMEDY = "write train: {rows: {last: 30d}}, or leave a key out for its default";
    private static final String OUTCOME_REMEDY =
            "define a pair of predictions and outcomes in 'pairs', and write outcome: {pair: judged}";
    private static final String SAMPLE_REMEDY = "write the share that is kept, such as sample: {no: 0.1}";
    private static final String WHEN_REMEDY = "list causes, such as when: [drift, concept]";
    private static final String COMMAND_REMEDY =
            "write the program and its arguments, such as command: [python, train.py]";
    private static final String GATE_REMEDY =
            "write gate: {paired_loss: {worse_by_at_most: 0}, ece: 0.03, slices: all}";
    private static final String LOSS_REMEDY = "write paired_loss: {worse_by_at_most: 0, confidence: 0.95}";
    private static final String PROMOTE_REMEDY = "write promote: {shadow: 24h, watch: 24h}";

    private final Map<String, PairDefinition> pairs;
    private final Function<YamlMapping.Entry, @Nullable View> views;

    /** @param json of the model's canonical definition */
    record Read(Training training, ObjectNode json) {}

    private record Sample(double yes, double no) {}

    private record Settings(
            long lastMillis,
            boolean isMatured,
            Sample sample,
            long holdoutMillis,
            @Nullable Long everyMillis,
            List<String> when,
            long atLeast,
            long restMillis,
            List<String> command,
            Training.Gate gate,
            Training.Promote promote) {}

    /** @param views reads and compiles a view, and adds it to nothing; null after a mistake */
    TrainingReader(Map<String, PairDefinition> pairs, Function<YamlMapping.Entry, @Nullable View> views) {
        this.pairs = pairs;
        this.views = views;
    }

    /**
     * Null if there is none, or if it has a mistake.
     *
     * @param monitor null if there is none without a mistake
     */
    @Nullable
    Read read(YamlMapping definition, Model model, MonitorReader.@Nullable Read monitor) {
        YamlValue at = definition.optional(MonitorKeys.TRAIN);
        if (at == null || definition.optional(MonitorKeys.MONITOR) == null) {
            // Without a monitor, the monitor's reader says so.
            return null;
        }
        YamlMapping train = at.mapping(TRAIN_REMEDY);
        YamlValue outcomeAt = definition.optional(MonitorKeys.OUTCOME);
        boolean hasPair = outcomeAt == null || !outcomeAt.isMapping() || hasPair(outcomeAt);
        YamlValue key = Objects.requireNonNull(definition.keyOf(MonitorKeys.TRAIN));
        if (outcomeAt == null) {
            key.problem("'train' without 'outcome'", OUTCOME_REMEDY);
        } else if (!hasPair) {
            key.problem("'train' with outcomes that are half of no pair", OUTCOME_REMEDY);
        }
        Settings settings = train == null ? null : settings(train, monitor);
        MonitorReader.Outcomes outcomes = monitor == null ? null : monitor.outcomes();
        PairDefinition pair = outcomes == null || outcomes.carried() != null
                ? null
                : pairs.get(outcomes.source().written());
        if (settings == null || monitor == null || outcomes == null || pair == null) {
            return null;
        }
        checkTimes(key, settings, outcomes);
        View view = views.apply(at.made(
                Monitor.viewName(model.name(), MonitorKeys.ROWS), monitor.made().rows(outcomes, pair)));
        return view == null ? null : read(model, monitor.monitor(), outcomes, view, settings);
    }

    /** Rows that wait for their outcomes leave neither part empty. */
    private static void checkTimes(YamlValue key, Settings settings, MonitorReader.Outcomes outcomes) {
        boolean waits = settings.isMatured() || outcomes.isAbsent();
        long most = settings.lastMillis() - settings.holdoutMillis();
        if (waits && Math.min(settings.holdoutMillis(), most) <= outcomes.horizonMillis()) {
            key.problem(
                    "a holdout of " + Window.formatDuration(settings.holdoutMillis()) + " of the last "
                            + Window.formatDuration(settings.lastMillis()) + ", where an outcome may take "
                            + Window.formatDuration(outcomes.horizonMillis()) + " (within and settle)",
                    "let both the holdout and what is before it be longer than that, or no row waits long enough for its"
                            + " outcome");
        }
    }

    private static boolean hasPair(YamlValue outcome) {
        return Objects.requireNonNull(outcome.mapping("")).optional(MonitorKeys.PAIR) != null;
    }

    private static Read read(
            Model model, Monitor monitor, MonitorReader.Outcomes outcomes, View view, Settings settings) {
        int labelSlot = view.inputs().stream()
                .filter(input -> input.path().equals(outcomes.label()))
                .mapToInt(View.InputField::slot)
                .findFirst()
                .orElse(Training.Rows.NO_SLOT);
        Training training = new Training(
                model.name(),
                model.hash(),
                new Training.Rows(
                        view,
                        labelSlot,
                        outcomes.isBinary(),
                        outcomes.isAbsent(),
                        monitor.predictions().where(),
                        outcomes.horizonMillis(),
                        settings.lastMillis(),
                        settings.isMatured(),
                        settings.sample().yes(),
                        settings.sample().no(),
                        settings.holdoutMillis()),
                settings.everyMillis(),
                settings.when(),
                settings.atLeast(),
                settings.restMillis(),
                settings.command(),
                settings.gate(),
                settings.promote());
        return new Read(training, TrainingJson.of(training));
    }

    /** Null after a mistake. */
    private static @Nullable Settings settings(YamlMapping train, MonitorReader.@Nullable Read monitor) {
        train.allowOnly(MonitorKeys.OF_TRAIN);
        boolean isNumber = monitor != null
                && monitor.outcomes() != null
                && !monitor.outcomes().isBinary();
        YamlValue rowsAt = train.optional(MonitorKeys.ROWS);
        YamlMapping rows = rowsAt == null ? null : rowsAt.mapping("write rows: {last: 30d}");
        if (rows != null) {
            rows.allowOnly(MonitorKeys.OF_ROWS);
        }
        YamlValue lastAt = rows == null ? null : rows.optional(MonitorKeys.LAST);
        Long last = duration(lastAt, DEFAULT_LAST_MILLIS);
        YamlValue maturedAt = rows == null ? null : rows.optional(MonitorKeys.MATURED);
        Boolean isMatured = maturedAt == null ? (Boolean) true : maturedAt.bool();
        Sample sample = sample(rows == null ? null : rows.optional(MonitorKeys.SAMPLE), isNumber);
        Long holdout = last == null ? null : holdout(train, last);
        YamlValue everyAt = train.optional(MonitorKeys.EVERY);
        Long every = everyAt == null ? null : everyAt.duration();
        List<String> when = when(train.optional(MonitorKeys.WHEN), monitor);
        YamlValue atLeastAt = train.optional(MonitorKeys.AT_LEAST);
        Long atLeast = atLeastAt == null ? (Long) DEFAULT_AT_LEAST : atLeastAt.integer(1, MOST_AT_LEAST);
        Long rest = duration(train.optional(MonitorKeys.REST), 0);
        List<String> command = command(train.optional(MonitorKeys.COMMAND));
        Training.Gate gate = gate(train.optional(MonitorKeys.GATE), isNumber);
        Training.Promote promote = promote(train.optional(MonitorKeys.PROMOTE), monitor);
        return last == null
                        || isMatured == null
                        || sample == null
                        || holdout == null
                        || (everyAt != null && every == null)
                        || when == null
                        || atLeast == null
                        || rest == null
                        || command == null
                        || gate == null
                        || promote == null
                ? null
                : new Settings(last, isMatured, sample, holdout, every, when, atLeast, rest, command, gate, promote);
    }

    private static @Nullable Long duration(@Nullable YamlValue at, long byDefault) {
        return at == null ? (Long) byDefault : at.duration();
    }

    private static @Nullable Long holdout(YamlMapping train, long lastMillis) {
        YamlValue at = train.optional(MonitorKeys.HOLDOUT);
        // Whole seconds, as durations are written.
        long byDefault = Math.max(1, lastMillis / DEFAULT_HOLDOUT_PART / SECOND_MILLIS) * SECOND_MILLIS;
        Long holdout = duration(at, byDefault);
        if (holdout != null && holdout >= lastMillis) {
            (at == null ? train.at() : at)
                    .problem(
                            "a holdout of '" + Window.formatDuration(holdout) + "' of the last "
                                    + Window.formatDuration(lastMillis),
                            "hold out less than 'last', so that there are rows to train with");
            return null;
        }
        return holdout;
    }

    private static @Nullable Sample sample(@Nullable YamlValue at, boolean isNumber) {
        if (at == null) {
            return new Sample(1, 1);
        }
        YamlMapping mapping = at.mapping(SAMPLE_REMEDY);
        if (mapping == null) {
            return null;
        }
        mapping.allowOnly(isNumber ? MonitorKeys.OF_SAMPLE_NUMBER : MonitorKeys.OF_SAMPLE_BINARY);
        Double yes = share(mapping.optional(isNumber ? MonitorKeys.ALL : MonitorKeys.YES));
        Double no = share(mapping.optional(isNumber ? MonitorKeys.ALL : MonitorKeys.NO));
        return yes == null || no == null ? null : new Sample(yes, no);
    }

    private static @Nullable Double share(@Nullable YamlValue at) {
        BigDecimal share = at == null ? BigDecimal.ONE : at.decimal();
        if (at != null && share != null && (share.doubleValue() <= 0 || share.compareTo(BigDecimal.ONE) > 0)) {
            at.problem(at.shown() + " is no share", "write more than 0, at most 1, such as 0.1");
            return null;
        }
        return share == null ? null : (Double) share.doubleValue();
    }

    private static @Nullable List<String> when(@Nullable YamlValue at, MonitorReader.@Nullable Read monitor) {
        List<YamlValue> elements = at == null ? List.of() : at.list(WHEN_REMEDY);
        List<String> causes = elements == null ? null : ArgumentReader.distinctTexts(elements);
        if (at == null || elements == null || causes == null) {
            return causes;
        }
        if (elements.isEmpty()) {
            at.problem("'when' with 0 elements", WHEN_REMEDY);
        }
        for (int i = 0; i < causes.size(); i++) {
            if (!Training.CAUSES.contains(causes.get(i))) {
                elements.get(i)
                        .problem(
                                "no cause " + elements.get(i).shown() + " starts a training run",
                                Suggestions.remedy(causes.get(i), Training.CAUSES, "causes that do"));
                return null;
            }
        }
        if (monitor != null && monitor.monitor().checks().isEmpty()) {
            at.problem(
                    "'when' without 'checks'",
                    "a cause is told when a check fails: give the monitor one, such as checks: {log_loss: {at_most: 0.4}}");
        }
        if (monitor != null && causes.contains(DRIFT) && monitor.monitor().baseline() == null) {
            at.problem(
                    "'when' with drift without a baseline",
                    "say what inputs are compared with: give the monitor a baseline: {window: 24h, before: 7d}");
        }
        return causes;
    }

    private static @Nullable List<String> command(@Nullable YamlValue at) {
        if (at == null) {
            return List.of();
        }
        List<String> words = new ArrayList<>();
        if (at.isList()) {
            for (YamlValue element : Objects.requireNonNull(at.list(COMMAND_REMEDY))) {
                String word = element.text(COMMAND_REMEDY);
                if (word == null) {
                    return null;
                }
                words.add(word);
            }
        } else {
            String text = at.text(COMMAND_REMEDY);
            if (text == null) {
                return null;
            }
            if (text.indexOf('"') >= 0 || text.indexOf('\'') >= 0) {
                at.problem("quotes in a command, which no shell reads", COMMAND_REMEDY);
                return null;
            }
            words.addAll(List.of(text.strip().split("\\s+")));
        }
        if (words.isEmpty() || words.get(0).isBlank()) {
            at.problem("a command that names no program", COMMAND_REMEDY);
            return null;
        }
        if (words.size() > MAX_COMMAND) {
            at.problem("a command of " + words.size() + " words", "write at most " + MAX_COMMAND + ", or a script");
            return null;
        }
        return words;
    }

    private static Training.@Nullable Gate gate(@Nullable YamlValue at, boolean isNumber) {
        YamlMapping gate = at == null ? null : at.mapping(GATE_REMEDY);
        if (gate != null) {
            gate.allowOnly(MonitorKeys.OF_GATE);
        } else if (at != null) {
            return null;
        }
        YamlValue lossAt = gate == null ? null : gate.optional(MonitorKeys.PAIRED_LOSS);
        YamlMapping loss = lossAt == null ? null : lossAt.mapping(LOSS_REMEDY);
        if (loss != null) {
            loss.allowOnly(MonitorKeys.OF_PAIRED_LOSS);
        }
        BigDecimal worse =
                number(loss, MonitorKeys.WORSE_BY_AT_MOST, BigDecimal.ZERO, BigDecimal.ZERO, null, "write 0 or more");
        BigDecimal confidence = number(
                loss,
                MonitorKeys.CONFIDENCE,
                DEFAULT_CONFIDENCE,
                LEAST_CONFIDENCE,
                MOST_CONFIDENCE,
                "write a confidence from " + LEAST_CONFIDENCE + " to " + MOST_CONFIDENCE + ", such as 0.95");
        YamlValue eceAt = gate == null ? null : gate.optional(MonitorKeys.ECE);
        if (eceAt != null && isNumber) {
            eceAt.problem("'ece' of a number", "remove it: only probabilities can be calibrated");
        }
        BigDecimal ece = number(
                gate,
                MonitorKeys.ECE,
                BigDecimal.ONE,
                BigDecimal.ZERO,
                BigDecimal.ONE,
                "a calibration error is from 0 to 1, such as 0.03");
        YamlValue slicesAt = gate == null ? null : gate.optional(MonitorKeys.SLICES);
        Training.Slices slices = slicesAt == null
                ? Training.Slices.ALL
                : SourceReader.oneOf(List.of(Training.Slices.values()), slicesAt, "choice of slices", "choices");
        return worse == null || confidence == null || ece == null || slices == null
                ? null
                : new Training.Gate(worse, confidence.doubleValue(), eceAt == null ? null : ece, slices);
    }

    /**
     * Null after a mistake.
     *
     * @param most null if there is no upper bound
     */
    private static @Nullable BigDecimal number(
            @Nullable YamlMapping mapping,
            String key,
            BigDecimal byDefault,
            BigDecimal least,
            @Nullable BigDecimal most,
            String remedy) {
        YamlValue at = mapping == null ? null : mapping.optional(key);
        BigDecimal number = at == null ? byDefault : at.decimal();
        if (at != null
                && number != null
                && (number.compareTo(least) < 0 || (most != null && number.compareTo(most) > 0))) {
            at.problem(at.shown() + " is out of bounds", remedy);
            return null;
        }
        return number;
    }

    private static Training.@Nullable Promote promote(@Nullable YamlValue at, MonitorReader.@Nullable Read monitor) {
        YamlMapping promote = at == null ? null : at.mapping(PROMOTE_REMEDY);
        if (promote != null) {
            promote.allowOnly(MonitorKeys.OF_PROMOTE);
        }
        YamlValue shadowAt = promote == null ? null : promote.optional(MonitorKeys.SHADOW);
        Long shadow = duration(shadowAt, 0);
        Long watch = duration(promote == null ? null : promote.optional(MonitorKeys.WATCH), 0);
        Monitor.Challengers challengers =
                monitor == null ? null : monitor.monitor().challengers();
        if (shadowAt != null
                && monitor != null
                && (challengers == null || !challengers.versions().contains(Training.CANDIDATE))) {
            shadowAt.problem(
                    "'shadow' without a challenger '" + Training.CANDIDATE + "'",
                    "a candidate in shadow is logged as this challenger: write monitor: {challengers: ["
                            + Training.CANDIDATE + "]}");
        }
        return shadow == null || watch == null ? null : new Training.Promote(shadow, watch);
    }
}
