package dev.tidemark.learning;

import dev.tidemark.aws.Environment;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.core.store.TrainingLog.RolledBack;
import dev.tidemark.core.store.TrainingLog.Started;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.LogLine.Level;
import dev.tidemark.functions.Metric;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** One line of JSON for each step, which is also its metrics. */
record JsonTrainLog(PrintStream out, String generation, LongSupplier clockMillis) {

    private static final String GENERATION = "generation";
    private static final String MODEL = "model";

    static JsonTrainLog of(Deployment deployment, PrintStream out) {
        return new JsonTrainLog(out, deployment.value(Environment.GENERATION), System::currentTimeMillis);
    }

    void taken(TrainAnswer answer) {
        Map<Metric, Long> happened = answer.news().stream()
                .flatMap(entry -> metric(entry).stream())
                .collect(Collectors.groupingBy(metric -> metric, TreeMap::new, Collectors.counting()));
        Level level = happened.containsKey(Metric.TRAINING_RUNS_FAILED) ? Level.WARN : Level.INFO;
        out.println(LogLine.of(clockMillis.getAsLong(), level, "training step taken", line -> {
            line.text(GENERATION, generation);
            line.text(MODEL, answer.model());
            line.text("run", answer.run());
            line.text("cause", answer.cause());
            line.text("next", answer.next().word());
            line.text("reason", answer.reason());
            line.number("told", answer.told());
            line.dimensions(GENERATION, MODEL);
            for (Map.Entry<Metric, Long> one : happened.entrySet()) {
                line.metric(one.getKey(), one.getValue());
                // The template knows no models.
                line.metricAlsoBy(one.getKey(), GENERATION);
            }
        }));
    }

    private static Optional<Metric> metric(Entry entry) {
        if (entry instanceof Started) {
            return Optional.of(Metric.TRAINING_RUNS_STARTED);
        }
        if (entry instanceof Judged judged) {
            return judged.passed() ? Optional.empty() : Optional.of(Metric.CANDIDATES_REFUSED);
        }
        if (entry instanceof Ended ended) {
            return switch (ended.end()) {
                case FAILED -> Optional.of(Metric.TRAINING_RUNS_FAILED);
                case REFUSED -> Optional.of(Metric.CANDIDATES_REFUSED);
                case STOPPED, WATCHED -> Optional.empty();
            };
        }
        if (entry instanceof Promoted) {
            return Optional.of(Metric.CANDIDATES_PROMOTED);
        }
        return entry instanceof RolledBack ? Optional.of(Metric.CHAMPIONS_ROLLED_BACK) : Optional.empty();
    }
}
