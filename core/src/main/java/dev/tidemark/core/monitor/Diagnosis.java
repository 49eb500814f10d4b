package dev.tidemark.core.monitor;

import dev.tidemark.core.monitor.Cause.Evidence;
import dev.tidemark.core.monitor.Cause.Kind;
import dev.tidemark.core.monitor.QualityReport.OfWindow;
import dev.tidemark.core.serve.Freshness;
import dev.tidemark.core.view.Monitor;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects what speaks for each cause.
 *
 * @param checks what is wanted
 * @param hash the hash of the definition that the model was trained with
 * @param freshness of what was read; null for a moment of the past
 * @param fates what became of all events of the views, see {@link Fates}
 * @param staleMillis the lag of the fold beyond which its state is no evidence for anything else
 */
record Diagnosis(
        List<Monitor.Check> checks,
        String hash,
        @Nullable Freshness freshness,
        List<Evidence> fates,
        long staleMillis) {

    /** The share of positives that the baseline had. */
    record Rate(double share, long rows) {

        /** Of the labels of a training set. */
        static Rate of(Profile labels) {
            double positives = labels.values().getOrDefault("true", 0L)
                    + labels.cells().tailMap(BigDecimal.ZERO, false).values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
            return new Rate(positives / Math.max(1, labels.present()), labels.present());
        }

        /** Of an earlier window; null if its outcomes are not known. */
        static @Nullable Rate of(Realised before) {
            BigDecimal rate = before.metrics() == null ? null : before.metrics().number("rate", null);
            return rate == null
                    ? null
                    : new Rate(rate.doubleValue(), before.isAbsent() ? before.predictions() : before.labelled());
        }
    }

    /** Where the catalog names no thresholds. */
    private static final double USUAL_PSI = 0.2;

    private static final double USUAL_TIMES = 3;
    private static final double USUAL_PLUS = 0.01;

    /** So many positives are promised and none comes: by chance once in twenty thousand cases. */
    private static final double PROMISED = 10;

    /** Of what should have come by now: below it outcomes are late or lost. */
    private static final double LOST = 0.5;

    /** What scores on the grid can add to an expectation. */
    private static final double GRID = 0.005;

    private static final double ONE_SIDE = 0.005;
    private static final int MAX_NAMED = 5;

    /**
     * Everything that speaks for a cause in a window.
     *
     * @param before the baseline's share of positives; null if it is not known
     * @param client what logged vectors of the version show; null if none were looked at
     */
    List<Evidence> evidence(OfWindow found, @Nullable Rate before, @Nullable ClientSample client) {
        List<Evidence> evidence = new ArrayList<>();
        labels(found, evidence);
        pipeline(found, evidence);
        definition(found, evidence);
        if (client != null && client.differing() > 0) {
            add(evidence, Kind.CLIENT, client.shown());
        }
        double psi = checks.stream()
                .filter(Monitor.Drift.class::isInstance)
                .mapToDouble(check -> ((Monitor.Drift) check).psi())
                .findFirst()
                .orElse(USUAL_PSI);
        List<String> moved = Checks.moved(found.inputs(), psi);
        if (!moved.isEmpty()) {
            add(evidence, Kind.DRIFT, named(moved));
        }
        prior(found, before, evidence);
        concept(found, evidence);
        return evidence;
    }

    private void labels(OfWindow found, List<Evidence> evidence) {
        Realised matured = found.matured();
        Realised latest = found.latest();
        if (matured == null || latest == null) {
            return;
        }
        for (Monitor.Check check : checks) {
            if (check instanceof Monitor.Coverage coverage
                    && matured.predictions() > 0
                    && matured.coverage() < coverage.atLeast()) {
                add(
                        evidence,
                        Kind.LABELS,
                        "only " + Checks.share(matured.coverage()) + " of " + matured.predictions()
                                + " predictions have an outcome");
                break;
            }
        }
        double promised =
                matured.expected().isEmpty() ? 0 : matured.expected().get(0).positives() * matured.predictions();
        if (matured.isAbsent() && matured.labelled() == 0 && promised >= PROMISED) {
            add(
                    evidence,
                    Kind.LABELS,
                    "no positive outcome has come for " + matured.predictions() + " predictions, whose scores promise "
                            + Math.round(promised));
        }
        Delays delays = latest.delays();
        if (delays != null && matured.predictions() > 0) {
            double share = (double) matured.labelled() / matured.predictions();
            double due = latest.predictions() * share * delays.arrived();
            if (due >= 2 * PROMISED && latest.labelled() < LOST * due) {
                add(
                        evidence,
                        Kind.LABELS,
                        latest.labelled() + " outcomes have come for " + latest.predictions()
                                + " predictions; by the delays of earlier ones " + Math.round(due) + " should have");
            }
        }
    }

    private void pipeline(OfWindow found, List<Evidence> evidence) {
        if (freshness != null) {
            if (!freshness.missing().isEmpty()) {
                add(
                        evidence,
                        Kind.PIPELINE,
                        "the state is not complete: "
                                + freshness.missing().get(0).reason());
            }
            // While nobody knows whether records wait, silence is no lag.
            if (Boolean.FALSE.equals(freshness.caughtUp())
                    && freshness.lagMillis().orElse(0) > staleMillis) {
                add(
                        evidence,
                        Kind.PIPELINE,
                        "the fold is " + freshness.lagMillis().getAsLong() / 1_000 + " s behind");
            }
        }
        Monitor.Nulls nulls = checks.stream()
                .filter(Monitor.Nulls.class::isInstance)
                .map(Monitor.Nulls.class::cast)
                .findFirst()
                .orElse(new Monitor.Nulls("nulls", found.window(), USUAL_TIMES, USUAL_PLUS));
        long sent = found.predictions() + found.refused();
        if (found.refused() > nulls.plus() * sent) {
            add(evidence, Kind.PIPELINE, found.refused() + " of " + sent + " predictions are in quarantine");
        }
        List<String> more = Checks.moreNulls(found.inputs(), nulls.times(), nulls.plus());
        if (!more.isEmpty()) {
            add(evidence, Kind.PIPELINE, named(more));
        }
    }

    private void definition(OfWindow found, List<Evidence> evidence) {
        Map<String, Long> others = new LinkedHashMap<>(found.hashes());
        others.remove(hash);
        long least = (long) Math.ceil(Fates.LEAST_SHARE * found.predictions());
        others.forEach((other, count) -> {
            // A stray one explains nothing.
            if (count >= least) {
                String vector = other.equals(QualityServer.OTHER)
                        ? " predictions say nothing of their vector, or name one of many others"
                        : " predictions were made with the vector " + other;
                add(
                        evidence,
                        Kind.DEFINITION,
                        count + " of " + found.predictions() + vector + "; the model's is " + hash);
            }
        });
    }

    private static void prior(OfWindow found, @Nullable Rate before, List<Evidence> evidence) {
        Realised matured = found.matured();
        BigDecimal rate = matured == null || matured.metrics() == null
                ? null
                : matured.metrics().number("rate", null);
        if (matured == null || rate == null || before == null || before.rows() == 0) {
            return;
        }
        long rows = matured.isAbsent() ? matured.predictions() : matured.labelled();
        double moved = moved(before, rate.doubleValue(), rows);
        Drift score = found.score();
        // A training set has no scores; but where they are calibrated, their mean was its share of positives.
        boolean scoresMoved = score != null
                ? score.hasMoved(0)
                : !matured.expected().isEmpty()
                        && moved(before, matured.expected().get(0).positives(), rows) == moved;
        if (moved != 0 && scoresMoved) {
            add(
                    evidence,
                    Kind.PRIOR,
                    Checks.share(rate.doubleValue()) + " of the outcomes are positive, in the baseline "
                            + Checks.share(before.share()) + "; the scores have moved too");
        }
    }

    /** In which direction a share has moved from the baseline's by more than chance: 1, -1, or 0 if in none. */
    private static double moved(Rate before, double share, long rows) {
        boolean isChance = Math.abs(share - before.share())
                <= Significance.rise(before.share(), before.rows(), share, rows, ONE_SIDE);
        return isChance ? 0 : Math.signum(share - before.share());
    }

    private static void concept(OfWindow found, List<Evidence> evidence) {
        Realised matured = found.matured();
        if (matured == null || matured.metrics() == null || matured.expected().isEmpty()) {
            return;
        }
        double errors = Significance.normalQuantile(ONE_SIDE);
        Expected expected = matured.expected().get(0);
        BigDecimal accuracy = matured.metrics().number("accuracy", BigDecimal.valueOf(expected.threshold()));
        BigDecimal brier = matured.metrics().number("brier", null);
        if (accuracy != null
                && expected.accuracy() - accuracy.doubleValue() > errors * expected.accuracyError() + GRID) {
            add(
                    evidence,
                    Kind.CONCEPT,
                    "accuracy is " + Values.shown(accuracy.doubleValue()) + ", the scores promise "
                            + Values.shown(expected.accuracy()) + " ± "
                            + Values.shown(errors * expected.accuracyError()));
        }
        if (brier != null && brier.doubleValue() - expected.brier() > errors * expected.brierError() + GRID) {
            add(
                    evidence,
                    Kind.CONCEPT,
                    "the Brier score is " + Values.shown(brier.doubleValue())
                            + ", the scores promise " + Values.shown(expected.brier()) + " ± "
                            + Values.shown(errors * expected.brierError()));
        }
    }

    static String named(List<String> all) {
        String named = String.join("; ", all.subList(0, Math.min(MAX_NAMED, all.size())));
        return all.size() > MAX_NAMED ? named + "; and " + (all.size() - MAX_NAMED) + " more" : named;
    }

    private static void add(List<Evidence> evidence, Kind kind, String text) {
        evidence.add(new Evidence(kind, text));
    }
}
