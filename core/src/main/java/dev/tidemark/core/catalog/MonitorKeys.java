package dev.tidemark.core.catalog;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The keys of what is watched of a model, for those who read them, write them, and describe them. */
final class MonitorKeys {

    static final String PREDICTIONS = "predictions";
    static final String OUTCOME = "outcome";
    static final String SLICES = "slices";
    static final String MONITOR = "monitor";
    static final String TRAIN = "train";

    /** Of a model. */
    static final List<String> OF_MODEL = List.of(PREDICTIONS, OUTCOME, SLICES, MONITOR, TRAIN);

    static final String SOURCE = "source";
    static final String WHERE = "where";
    static final String TIME = "time";
    static final String DROP_DUPLICATES = "drop_duplicates";

    static final String PAIR = "pair";
    static final String LABEL = "label";
    static final String TYPE = "type";
    static final String THRESHOLDS = "thresholds";
    static final String ABSENT = "absent";
    static final String WITHIN = "within";
    static final String SETTLE = "settle";
    static final String DELAY = "delay";

    static final String FIELD = "field";
    static final String FORMAT = "format";
    static final String ZONE = "zone";
    static final String MAX_GROUPS = "max_groups";

    static final String WINDOWS = "windows";
    static final String HOP = "hop";
    static final String RETENTION = "retention";
    static final String BASELINE = "baseline";
    static final String CHAMPION = "champion";
    static final String CHALLENGERS = "challengers";
    static final String CHECKS = "checks";

    static final String WINDOW = "window";
    static final String BEFORE = "before";

    static final String AT_LEAST = "at_least";
    static final String AT_MOST = "at_most";
    static final String THRESHOLD = "threshold";
    static final String PSI = "psi";
    static final String SIGNIFICANCE = "significance";
    static final String TIMES_BASELINE = "times_baseline";
    static final String PLUS = "plus";
    static final String LABELLED_AT_LEAST = "labelled_at_least";
    static final String ECE = "ece";
    static final String OF_FEATURES = "features";

    static final String ROWS = "rows";
    static final String HOLDOUT = "holdout";
    static final String EVERY = "every";
    static final String WHEN = "when";
    static final String REST = "rest";
    static final String COMMAND = "command";
    static final String GATE = "gate";
    static final String PROMOTE = "promote";

    static final String LAST = "last";
    static final String MATURED = "matured";
    static final String SAMPLE = "sample";
    static final String YES = "yes";
    static final String NO = "no";
    static final String ALL = "all";

    static final String PAIRED_LOSS = "paired_loss";
    static final String WORSE_BY_AT_MOST = "worse_by_at_most";
    static final String CONFIDENCE = "confidence";

    static final String SHADOW = "shadow";
    static final String WATCH = "watch";

    /** Fields of a prediction; unless the catalog says another, each is named as its key. */
    enum Part {
        MODEL("The name of the model."),
        VERSION("Which version predicted."),
        SCORE("What was predicted."),
        HASH("The hash of the vector's definition."),
        FEATURES("The object that holds the vector, by names."),
        KEYS("The object that holds the model's keys."),
        ID("The prediction's id."),
        REQUEST("The object that holds the model's request inputs."),
        RECEIPT("The receipt of the answer that the vector is from."),
        CHALLENGERS("The object that holds what other versions predicted for the same, by version.");

        private final String description;

        Part(String description) {
            this.description = description;
        }

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        String description() {
            return description + " Default: " + key() + ".";
        }
    }

    static final Set<String> OF_PREDICTIONS = ofPredictions();
    static final Set<String> OF_OUTCOME = set(
            PAIR,
            SOURCE,
            WHERE,
            TIME,
            Part.VERSION.key(),
            Part.SCORE.key(),
            DROP_DUPLICATES,
            LABEL,
            TYPE,
            THRESHOLDS,
            ABSENT,
            WITHIN,
            SETTLE,
            DELAY);
    static final Set<String> OF_SLICE = set(FIELD, MAX_GROUPS);
    static final Set<String> OF_MONITOR = set(WINDOWS, HOP, RETENTION, BASELINE, CHAMPION, CHALLENGERS, CHECKS);
    static final Set<String> OF_BASELINE = set(WINDOW, BEFORE);
    static final Set<String> OF_BOUND = set(AT_LEAST, AT_MOST, WINDOW, THRESHOLD);
    static final Set<String> OF_DRIFT = set(PSI, SIGNIFICANCE, WINDOW, OF_FEATURES);
    static final Set<String> OF_NULLS = set(TIMES_BASELINE, PLUS, WINDOW);
    static final Set<String> OF_COVERAGE = set(LABELLED_AT_LEAST, WINDOW);
    static final Set<String> OF_CALIBRATION = set(ECE, WINDOW);
    static final Set<String> OF_TRAIN = set(ROWS, HOLDOUT, EVERY, WHEN, AT_LEAST, REST, COMMAND, GATE, PROMOTE);
    static final Set<String> OF_ROWS = set(LAST, MATURED, SAMPLE);
    static final Set<String> OF_SAMPLE_BINARY = set(YES, NO);
    static final Set<String> OF_SAMPLE_NUMBER = set(ALL);
    static final Set<String> OF_GATE = set(PAIRED_LOSS, ECE, SLICES);
    static final Set<String> OF_PAIRED_LOSS = set(WORSE_BY_AT_MOST, CONFIDENCE);
    static final Set<String> OF_PROMOTE = set(SHADOW, WATCH);

    private MonitorKeys() {}

    private static Set<String> ofPredictions() {
        Set<String> keys = set(SOURCE, WHERE, TIME, DROP_DUPLICATES);
        Arrays.stream(Part.values()).map(Part::key).forEach(keys::add);
        return keys;
    }

    /** In the order in which messages list them. */
    private static Set<String> set(String... keys) {
        return new LinkedHashSet<>(List.of(keys));
    }
}
