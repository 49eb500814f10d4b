package dev.tidemark.cli.monitor;

import dev.tidemark.core.monitor.Cause;
import dev.tidemark.core.monitor.Metrics;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.monitor.QualityReport.CheckResult;
import dev.tidemark.core.monitor.QualityReport.OfSlice;
import dev.tidemark.core.monitor.QualityReport.OfVersion;
import dev.tidemark.core.monitor.QualityReport.OfWindow;
import dev.tidemark.core.monitor.Realised;
import dev.tidemark.core.view.Monitor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report for a terminal. */
final class QualityText {

    private static final MathContext SHOWN = new MathContext(4);
    private static final String NONE = "-";

    private final QualityReport report;
    private final StringBuilder text = new StringBuilder();

    private QualityText(QualityReport report) {
        this.report = report;
    }

    static String of(QualityReport report) {
        QualityText text = new QualityText(report);
        text.write();
        return text.text.toString();
    }

    private void write() {
        Monitor monitor = report.monitor();
        line(monitor.model() + " (hash " + monitor.modelHash() + ") at " + Instant.ofEpochMilli(report.atMillis())
                + ": " + shown(report.status()));
        if (report.versions().isEmpty()) {
            line("no predictions in the windows " + monitor.windows());
        }
        report.versions().forEach(this::version);
    }

    private void version(OfVersion version) {
        boolean isChampion = version.version().equals(report.monitor().champion());
        line("");
        line(version.version() + (isChampion ? " (champion)" : "") + ": " + shown(version.status()));
        List<List<String>> checks = new ArrayList<>();
        for (CheckResult result : version.checks()) {
            checks.add(List.of(
                    "  " + result.check().name(),
                    result.check().window().text(),
                    shown(result.status()),
                    result.text()));
        }
        table(checks);
        Cause cause = version.cause();
        if (cause != null) {
            line("  cause: " + cause.kind().word() + ", " + cause.kind().meaning());
            cause.evidence().forEach(one -> line("    " + one.kind().word() + ": " + one.text()));
        }
        windows(version);
    }

    private void windows(OfVersion version) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(head("  window"));
        for (OfWindow window : version.windows()) {
            if (window.latest() == null || window.matured() == null) {
                rows.add(List.of("  " + window.window().text(), Long.toString(window.predictions())));
                continue;
            }
            rows.add(row("  " + window.window().text() + " now", window.latest()));
            rows.add(row("  " + window.window().text() + " matured", window.matured()));
            for (OfSlice slice : window.slices()) {
                rows.add(row("    " + slice.slice() + " " + slice.value(), slice.matured()));
            }
        }
        table(rows);
    }

    private List<String> head(String first) {
        List<String> head = new ArrayList<>(List.of(first, "predictions", "labelled"));
        head.addAll(columns());
        return head;
    }

    private List<String> columns() {
        Monitor.Outcome outcome = report.monitor().outcome();
        if (outcome == null) {
            return List.of();
        }
        return outcome.isBinary()
                ? List.of("rate", "accuracy", "f1", "auc", "log_loss", "ece")
                : List.of("mae", "rmse", "bias");
    }

    private List<String> row(String name, Realised realised) {
        List<String> row = new ArrayList<>(
                List.of(name, Long.toString(realised.predictions()), Long.toString(realised.labelled())));
        Metrics metrics = realised.metrics();
        Monitor.Outcome outcome = report.monitor().outcome();
        for (String column : columns()) {
            boolean hasThreshold = column.equals("accuracy") || column.equals("f1");
            row.add(
                    metrics == null || outcome == null
                            ? NONE
                            : shown(metrics.number(
                                    column, hasThreshold ? outcome.thresholds().get(0) : null)));
        }
        return row;
    }

    private static String shown(@Nullable BigDecimal number) {
        return number == null ? NONE : number.round(SHOWN).stripTrailingZeros().toPlainString();
    }

    private static String shown(QualityReport.Status status) {
        return status == QualityReport.Status.PASS
                ? status.word()
                : status.word().toUpperCase(Locale.ROOT);
    }

    /** Columns as wide as their widest cell; the last one is not filled up. */
    private void table(List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (i == widths.size()) {
                    widths.add(0);
                }
                widths.set(i, Math.max(widths.get(i), row.get(i).length()));
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i));
                if (i < row.size() - 1) {
                    line.append(" ".repeat(widths.get(i) - row.get(i).length() + 2));
                }
            }
            line(line.toString());
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
