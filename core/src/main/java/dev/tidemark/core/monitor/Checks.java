package dev.tidemark.core.monitor;

import dev.tidemark.core.monitor.QualityReport.CheckResult;
import dev.tidemark.core.monitor.QualityReport.OfWindow;
import dev.tidemark.core.monitor.QualityReport.Status;
import dev.tidemark.core.view.Monitor;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether what is wanted of a version holds. */
final class Checks {

    private final List<Monitor.Check> all;

    Checks(List<Monitor.Check> all) {
        this.all = all;
    }

    CheckResult result(Monitor.Check check, OfWindow found) {
        if (check instanceof Monitor.Coverage coverage) {
            return coverage(coverage, found);
        }
        if (check instanceof Monitor.Drift drift) {
            return drift(drift, found);
        }
        return check instanceof Monitor.Nulls nulls ? nulls(nulls, found) : bound((Monitor.Bound) check, found);
    }

    private static CheckResult coverage(Monitor.Coverage check, OfWindow found) {
        Realised matured = found.matured();
        if (matured == null || matured.predictions() == 0) {
            return unknown(check, "no prediction is old enough to have its outcome");
        }
        return told(
                check,
                matured.coverage() >= check.atLeast(),
                share(matured.coverage()) + " of " + matured.predictions() + " predictions have an outcome, "
                        + share(check.atLeast()) + " are wanted");
    }

    private CheckResult bound(Monitor.Bound check, OfWindow found) {
        Realised matured = found.matured();
        Metrics metrics = matured == null ? null : matured.metrics();
        if (matured == null || metrics == null) {
            return unknown(check, "no prediction that is old enough has an outcome");
        }
        BigDecimal number = metrics.number(check.number(), check.threshold());
        if (number == null) {
            return unknown(check, check.number() + " has no value for these outcomes");
        }
        for (Monitor.Check other : all) {
            if (other instanceof Monitor.Coverage coverage
                    && coverage.window().equals(check.window())
                    && matured.coverage() < coverage.atLeast()) {
                return unknown(check, "only " + share(matured.coverage()) + " of the predictions have an outcome");
            }
        }
        boolean holds = (check.atLeast() == null || number.compareTo(check.atLeast()) >= 0)
                && (check.atMost() == null || number.compareTo(check.atMost()) <= 0);
        return told(
                check,
                holds,
                check.number() + " is " + Values.shown(number.doubleValue()) + ", wanted" + wanted(check));
    }

    private static String wanted(Monitor.Bound check) {
        String least =
                check.atLeast() == null ? "" : " at least " + check.atLeast().toPlainString();
        return check.atMost() == null
                ? least
                : least + " at most " + check.atMost().toPlainString();
    }

    private static CheckResult drift(Monitor.Drift check, OfWindow found) {
        Map<String, Drift> inputs = wanted(check, found);
        List<String> moved = moved(inputs, check.psi());
        if (!moved.isEmpty()) {
            return told(check, false, String.join("; ", moved));
        }
        return inputs.values().stream().allMatch(drift -> drift.distances() == null)
                ? unknown(check, "there are too few predictions, or there is no baseline, to compare with")
                : told(check, true, "no input has moved by more than " + check.psi());
    }

    static Map<String, Drift> wanted(Monitor.Drift check, OfWindow found) {
        Map<String, Drift> inputs = new LinkedHashMap<>(found.inputs());
        if (check.features() != null) {
            inputs.keySet().retainAll(check.features());
        }
        return inputs;
    }

    /** The inputs that have moved, the farthest first, each with its numbers. */
    static List<String> moved(Map<String, Drift> inputs, double psi) {
        List<String> moved = new ArrayList<>();
        inputs.entrySet().stream()
                .filter(one -> one.getValue().hasMoved(psi))
                .sorted((a, b) -> Double.compare(psi(b.getValue()), psi(a.getValue())))
                .forEach(one -> moved.add(one.getKey() + " has moved: psi " + Values.shown(psi(one.getValue()))
                        + " of " + one.getValue().rows() + " rows, by chance at most "
                        + Values.shown(limit(one.getValue()))));
        return moved;
    }

    private static double psi(Drift drift) {
        Distances distances = drift.distances();
        return distances == null ? 0 : distances.psi();
    }

    private static double limit(Drift drift) {
        Distances distances = drift.distances();
        return distances == null ? 0 : distances.psiLimit();
    }

    private static CheckResult nulls(Monitor.Nulls check, OfWindow found) {
        List<String> more = moreNulls(found.inputs(), check.times(), check.plus());
        if (!more.isEmpty()) {
            return told(check, false, String.join("; ", more));
        }
        return found.inputs().values().stream().noneMatch(Drift::tellsNulls)
                ? unknown(check, "there are too few predictions, or there is no baseline, to compare with")
                : told(check, true, "no input has more nulls than it may");
    }

    /** The inputs with too many nulls, each with its numbers. */
    static List<String> moreNulls(Map<String, Drift> inputs, double times, double plus) {
        List<String> more = new ArrayList<>();
        inputs.forEach((name, drift) -> {
            if (drift.hasMoreNulls(times, plus)) {
                more.add(name + " is null in " + share(drift.nullShare()) + " of " + drift.rows()
                        + " rows, in the baseline in " + share(drift.baselineNullShare()));
            }
        });
        return more;
    }

    static String share(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static CheckResult told(Monitor.Check check, boolean holds, String text) {
        return new CheckResult(check, holds ? Status.PASS : Status.FAIL, text);
    }

    private static CheckResult unknown(Monitor.Check check, @Nullable String text) {
        return new CheckResult(check, Status.UNKNOWN, String.valueOf(text));
    }
}
