package dev.tidemark.core.learn;

import dev.tidemark.core.learn.Verdict.Finding;
import dev.tidemark.core.monitor.PairedDifference;
import dev.tidemark.core.past.EvaluationReport;
import dev.tidemark.core.view.Training;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Judges a candidate beside the champion, which is what was served. What is not known counts against the candidate: no outcomes,
 * no scores, no number.
 */
public final class Gate {

    /** With fewer predictions nothing is certain: their losses may all be alike by chance. */
    public static final long LEAST_PREDICTIONS = 100;

    private static final MathContext SHOWN = new MathContext(4);

    private final Training training;
    private final Training.Gate rules;
    private final List<Finding> findings = new ArrayList<>();

    private Gate(Training training) {
        this.training = training;
        this.rules = training.gate();
    }

    /**
     * What is known of a candidate.
     *
     * @param modelHash of the model whose vectors the candidate reads
     * @param set what it was trained on
     * @param scorer the name of its scores in the reports, which have no other besides what was served
     * @param versions whose predictions alone the reports are about: the champion's; empty for all
     * @param all of the predictions that it is judged by
     * @param slices the same by value of a slice, by name of the slice
     */
    public record Evidence(
            String modelHash,
            TrainedOn set,
            String scorer,
            Set<String> versions,
            EvaluationReport all,
            Map<String, EvaluationReport> slices) {

        public Evidence {
            versions = Set.copyOf(versions);
            slices = new LinkedHashMap<>(slices);
        }
    }

    /** Judges a candidate by the rules of its model's training. */
    public static Verdict judge(Training training, Evidence evidence) {
        Gate gate = new Gate(training);
        gate.rows(evidence);
        gate.pairedLoss(difference(evidence.all()));
        if (training.gate().slices() == Training.Slices.ALL) {
            gate.slices(evidence.slices());
        }
        gate.ece(evidence);
        gate.leaks(evidence);
        gate.hash(evidence);
        gate.features(evidence.set());
        return new Verdict(gate.findings);
    }

    /**
     * Judges a candidate whose scores were logged beside the champion's: it must not be worse for certain. That it is no worse is
     * what the holdout has shown.
     *
     * @param difference the champion's loss less the candidate's
     */
    public static Finding shadow(Training training, Optional<PairedDifference> difference) {
        Gate gate = new Gate(training);
        boolean isEnough = difference.filter(Gate::isEnough).isPresent();
        return isEnough
                ? gate.notWorse("shadow", difference.orElseThrow(), gate.rules.confidence())
                : finding(
                        "shadow",
                        false,
                        difference.map(PairedDifference::requests).orElse(0L)
                                + " predictions with an outcome and both scores, the candidate's as challenger '"
                                + Training.CANDIDATE + "'; at least " + LEAST_PREDICTIONS + " are needed",
                        new Numbers());
    }

    private static Optional<PairedDifference> difference(EvaluationReport report) {
        return report.compared().stream()
                .filter(one -> one.slice().isEmpty())
                .map(EvaluationReport.Compared::difference)
                .findFirst();
    }

    private static boolean isEnough(PairedDifference difference) {
        return difference.requests() >= LEAST_PREDICTIONS;
    }

    private void rows(Evidence evidence) {
        long predictions =
                difference(evidence.all()).map(PairedDifference::requests).orElse(0L);
        long missing = evidence.all().missing().getOrDefault(evidence.scorer(), 0L);
        String text = predictions + " predictions with an outcome and both scores";
        if (predictions < LEAST_PREDICTIONS) {
            text += "; at least " + LEAST_PREDICTIONS + " are needed";
            text += evidence.versions().isEmpty()
                    ? ""
                    : ", and only those of version " + String.join(", ", evidence.versions()) + " count: is it served?";
        }
        if (missing > 0) {
            text += "; the candidate has no score of " + missing + " more";
        }
        add(
                "rows",
                predictions >= LEAST_PREDICTIONS && missing == 0,
                text,
                new Numbers().with("predictions", predictions).with("missing", missing));
    }

    private void pairedLoss(Optional<PairedDifference> found) {
        if (found.isEmpty()) {
            add("paired_loss", false, "there is nothing to compare", new Numbers());
            return;
        }
        PairedDifference difference = found.get();
        double low = difference.low(rules.confidence());
        add(
                "paired_loss",
                low >= least(),
                text(difference, rules.confidence()) + "; its lower end must be at least " + shown(least()),
                numbers(difference, rules.confidence()));
    }

    /** The confidence is that of all slices together: among many of them, one looks worse by chance. */
    private void slices(Map<String, EvaluationReport> slices) {
        long judged = slices.values().stream()
                .flatMap(report -> report.compared().stream())
                .filter(one -> isEnough(one.difference()))
                .count();
        double confidence = 1 - (1 - rules.confidence()) / Math.max(1, judged);
        slices.forEach((slice, report) -> report.compared().forEach(one -> {
            String name = "slice " + slice + "=" + one.slice();
            findings.add(
                    isEnough(one.difference())
                            ? notWorse(name, one.difference(), confidence)
                            : finding(
                                    name,
                                    true,
                                    "not judged: " + one.difference().requests() + " predictions, fewer than "
                                            + LEAST_PREDICTIONS,
                                    numbers(one.difference(), confidence)));
        }));
    }

    private Finding notWorse(String name, PairedDifference difference, double confidence) {
        return finding(
                name,
                difference.high(confidence) >= least(),
                text(difference, confidence) + "; its upper end must be at least " + shown(least()),
                numbers(difference, confidence));
    }

    /** The least that the champion's loss less the candidate's may be. */
    private double least() {
        // Not -0.
        return 0 - rules.worseByAtMost().doubleValue();
    }

    private String text(PairedDifference difference, double confidence) {
        return "the champion's " + (training.rows().isBinary() ? "log loss" : "absolute error")
                + " less the candidate's is " + shown(difference.mean()) + ", with a confidence of "
                + shown(confidence) + " in [" + shown(difference.low(confidence)) + ", "
                + shown(difference.high(confidence)) + "]";
    }

    private static Numbers numbers(PairedDifference difference, double confidence) {
        return new Numbers()
                .with("predictions", difference.requests())
                .with("mean", difference.mean())
                .with("low", difference.low(confidence))
                .with("high", difference.high(confidence))
                .with("confidence", confidence);
    }

    private void ece(Evidence evidence) {
        BigDecimal bound = rules.ece();
        if (bound == null) {
            return;
        }
        BigDecimal ece = evidence.all().qualities().stream()
                .filter(one -> one.scorer().equals(evidence.scorer()))
                .map(EvaluationReport.Quality::metrics)
                .flatMap(Stream::ofNullable)
                .map(metrics -> metrics.number("ece", null))
                .flatMap(Stream::ofNullable)
                .findFirst()
                .orElse(null);
        add(
                "ece",
                ece != null && ece.compareTo(bound) <= 0,
                "the candidate's expected calibration error is "
                        + (ece == null ? "not known" : shown(ece.doubleValue())) + "; it must be at most "
                        + bound.toPlainString(),
                new Numbers().with("ece", ece == null ? Double.NaN : ece.doubleValue()));
    }

    private void leaks(Evidence evidence) {
        long leaked = evidence.all().leaked();
        boolean saysSo = !evidence.set().trainedUpTo().isEmpty();
        add(
                "leaks",
                leaked == 0 && saysSo,
                saysSo
                        ? leaked + " labels were known at or below the positions that the candidate was trained up to"
                        : "no position is known that the candidate was trained up to: nothing had come before the holdout, or"
                                + " the set does not say",
                new Numbers().with("leaked", leaked));
    }

    private void hash(Evidence evidence) {
        boolean isSame = evidence.modelHash().equals(evidence.set().modelHash())
                && evidence.modelHash().equals(training.modelHash());
        add(
                "hash",
                isSame,
                isSame
                        ? "candidate, training set and catalog have the model hash " + training.modelHash()
                        : "the model hash of the candidate is " + evidence.modelHash() + ", of its training set "
                                + evidence.set().modelHash() + ", of the catalog " + training.modelHash(),
                new Numbers());
    }

    private void features(TrainedOn set) {
        add(
                "features",
                set.isAsServed(),
                set.isAsServed()
                        ? "the training set has features as served"
                        : "the training set has features that no answer could have had; make it with knowledge served",
                new Numbers());
    }

    private void add(String name, boolean passed, String text, Numbers numbers) {
        findings.add(finding(name, passed, text, numbers));
    }

    private static Finding finding(String name, boolean passed, String text, Numbers numbers) {
        return new Finding(name, passed, text, numbers.values);
    }

    /** By name; what is not finite is left out. */
    private static final class Numbers {
        private final Map<String, BigDecimal> values = new LinkedHashMap<>();

        Numbers with(String name, long count) {
            values.put(name, BigDecimal.valueOf(count));
            return this;
        }

        Numbers with(String name, double number) {
            if (Double.isFinite(number)) {
                values.put(name, BigDecimal.valueOf(number));
            }
            return this;
        }
    }

    private static String shown(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value).round(SHOWN).stripTrailingZeros().toPlainString()
                : "unknown";
    }
}
