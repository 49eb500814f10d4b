package dev.tidemark.cli.monitor;

import dev.tidemark.core.learn.Verdict;
import dev.tidemark.core.monitor.Metrics;
import dev.tidemark.core.past.EvaluationReport;
import dev.tidemark.core.past.Evaluator;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.view.Monitor;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An evaluation for a terminal, and as JSON. */
final class EvaluationText {

    private final Evaluator.Question question;
    private final EvaluationReport report;
    private final Monitor.Outcome outcome;

    private final @Nullable Verdict verdict;

    /** @param verdict of the gate; null if it was not asked */
    EvaluationText(Evaluator.Question question, EvaluationReport report, @Nullable Verdict verdict) {
        this.question = question;
        this.report = report;
        this.verdict = verdict;
        this.outcome = Objects.requireNonNull(question.monitor().outcome());
    }

    String text() {
        Cut cut = question.cut();
        StringBuilder text = new StringBuilder(question.monitor().model() + ", predictions made from "
                + Instant.ofEpochMilli(question.fromMillis()) + " to " + Instant.ofEpochMilli(question.toMillis())
                + ", as known " + (cut == null ? "now" : "at cut " + cut.number()) + "\n");
        List<List<String>> rows = new ArrayList<>();
        List<String> columns = Table.columns(outcome);
        List<String> head = new ArrayList<>(List.of("scores", outcome.isAbsent() ? "predictions" : "labelled"));
        head.addAll(columns);
        rows.add(head);
        for (EvaluationReport.Quality quality : report.qualities()) {
            List<String> row = new ArrayList<>(List.of(name(quality), Long.toString(quality.predictions())));
            columns.forEach(column -> row.add(Table.shown(quality.metrics(), outcome, column)));
            rows.add(row);
        }
        text.append(Table.of(rows));
        if (report.qualities().isEmpty()) {
            text.append("no outcome of such a prediction\n");
        }
        report.missing().forEach((scorer, count) -> {
            if (count > 0) {
                text.append(scorer).append(" lacks ").append(count).append(" of them\n");
            }
        });
        if (!report.compared().isEmpty()) {
            text.append(Table.compared(outcome, first(), second())).append('\n');
            List<List<String>> differences = new ArrayList<>();
            for (EvaluationReport.Compared one : report.compared()) {
                differences.add(Table.of(
                        one.slice().isEmpty() ? "all" : Table.name(one.slice()), one.difference(), first(), second()));
            }
            text.append(Table.of(differences));
        }
        if (verdict != null) {
            text.append("the gate: ").append(word(verdict.passed())).append('\n');
            text.append(Table.of(verdict.findings().stream()
                    .map(one -> List.of("  " + word(one.passed()), Table.name(one.name()), one.text()))
                    .toList()));
        } else if (!question.trainedUpTo().isEmpty()) {
            text.append(report.leaked()).append(" labels were known where training ended\n");
        }
        return text.toString();
    }

    private static String word(boolean passed) {
        return passed ? "passed" : "REFUSED";
    }

    private String name(EvaluationReport.Quality quality) {
        String scorer = quality.version().isEmpty()
                ? quality.scorer()
                : quality.scorer() + " by " + Table.name(quality.version());
        return quality.slice().isEmpty() ? scorer : scorer + ", " + Table.name(quality.slice());
    }

    private String first() {
        return question.scorers().size() == 1
                ? EvaluationReport.SERVED
                : question.scorers().get(0).name();
    }

    private String second() {
        return question.scorers().get(question.scorers().size() - 1).name();
    }

    String json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", question.monitor().model());
        json.put("hash", question.monitor().modelHash());
        json.put("from", Instant.ofEpochMilli(question.fromMillis()).toString());
        json.put("to", Instant.ofEpochMilli(question.toMillis()).toString());
        Cut cut = question.cut();
        json.put("cut", cut == null ? null : cut.number());
        List<Map<String, @Nullable Object>> qualities = new ArrayList<>();
        for (EvaluationReport.Quality quality : report.qualities()) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("scores", quality.scorer());
            one.put("version", quality.version().isEmpty() ? null : quality.version());
            slice(one, quality.slice());
            one.put("predictions", quality.predictions());
            Metrics metrics = quality.metrics();
            one.put("metrics", metrics == null ? null : metrics.values());
            qualities.add(one);
        }
        json.put("qualities", qualities);
        json.put("missing", report.missing());
        List<Map<String, @Nullable Object>> differences = new ArrayList<>();
        for (EvaluationReport.Compared compared : report.compared()) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            slice(one, compared.slice());
            one.put("loss", outcome.isBinary() ? "log_loss" : "absolute_error");
            one.put("of", first());
            one.put("less", second());
            one.put("predictions", compared.difference().requests());
            one.put("mean", number(compared.difference().mean()));
            one.put("low", number(compared.difference().low()));
            one.put("high", number(compared.difference().high()));
            differences.add(one);
        }
        json.put("differences", differences);
        if (!question.trainedUpTo().isEmpty()) {
            json.put("leaked", report.leaked());
        }
        if (verdict != null) {
            json.put("gate", gate(verdict));
        }
        return ValueJson.text(json);
    }

    private static Map<String, @Nullable Object> gate(Verdict verdict) {
        List<Map<String, @Nullable Object>> findings = new ArrayList<>();
        for (Verdict.Finding finding : verdict.findings()) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("name", finding.name());
            one.put("passed", finding.passed());
            one.put("text", finding.text());
            one.put("numbers", finding.numbers());
            findings.add(one);
        }
        Map<String, @Nullable Object> gate = new LinkedHashMap<>();
        gate.put("passed", verdict.passed());
        gate.put("findings", findings);
        return gate;
    }

    private void slice(Map<String, @Nullable Object> of, String value) {
        if (question.slice() != null) {
            of.put(question.slice(), value);
        }
    }

    private static @Nullable BigDecimal number(double value) {
        return Double.isFinite(value) ? Table.rounded(new BigDecimal(value)) : null;
    }
}
