package dev.tidemark.cli.monitor;

import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.monitor.Cause;
import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.monitor.QualityReport.CheckResult;
import dev.tidemark.core.monitor.QualityReport.OfSlice;
import dev.tidemark.core.monitor.QualityReport.OfVersion;
import dev.tidemark.core.monitor.QualityReport.OfWindow;
import dev.tidemark.core.monitor.Realised;
import dev.tidemark.core.view.Monitor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report for a terminal. */
final class QualityText {

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
        line(Table.name(version.version()) + (isChampion ? " (champion)" : "") + ": " + shown(version.status()));
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
        ClientSample client = version.client();
        if (client != null && client.compared() > 0) {
            line("  vectors: " + client.shown());
        }
        windows(version);
        Monitor.Outcome outcome = report.monitor().outcome();
        Monitor.Challengers challengers = report.monitor().challengers();
        if (outcome != null && challengers != null) {
            challengers.versions().forEach(challenger -> challenges(version, challenger, outcome));
        }
    }

    private void challenges(OfVersion version, String challenger, Monitor.Outcome outcome) {
        List<List<String>> rows = new ArrayList<>();
        for (OfWindow window : version.windows()) {
            String name = "  " + window.window().text();
            challenge(rows, name + " now", window.latest(), version.version(), challenger);
            challenge(rows, name + " matured", window.matured(), version.version(), challenger);
            window.slices()
                    .forEach(slice -> challenge(
                            rows,
                            "    " + slice.slice() + " " + Table.name(slice.value()),
                            slice.matured(),
                            version.version(),
                            challenger));
        }
        if (!rows.isEmpty()) {
            line("  " + Table.compared(outcome, version.version(), challenger));
            table(rows);
        }
    }

    private static void challenge(
            List<List<String>> rows, String name, @Nullable Realised realised, String version, String challenger) {
        if (realised != null) {
            realised.challenges().stream()
                    .filter(one -> one.challenger().equals(challenger))
                    .forEach(one -> rows.add(Table.of(name, one.difference(), version, challenger)));
        }
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
                rows.add(row("    " + slice.slice() + " " + Table.name(slice.value()), slice.matured()));
            }
        }
        table(rows);
    }

    private List<String> head(String first) {
        List<String> head = new ArrayList<>(List.of(first, "predictions", "labelled"));
        head.addAll(Table.columns(report.monitor().outcome()));
        return head;
    }

    private List<String> row(String name, Realised realised) {
        List<String> row = new ArrayList<>(
                List.of(name, Long.toString(realised.predictions()), Long.toString(realised.labelled())));
        Monitor.Outcome outcome = report.monitor().outcome();
        Table.columns(outcome).forEach(column -> row.add(Table.shown(realised.metrics(), outcome, column)));
        return row;
    }

    private static String shown(QualityReport.Status status) {
        return status == QualityReport.Status.PASS
                ? status.word()
                : status.word().toUpperCase(Locale.ROOT);
    }

    private void table(List<List<String>> rows) {
        text.append(Table.of(rows));
    }

    private void line(String line) {
        text.append(ShownText.line(line)).append('\n');
    }
}
