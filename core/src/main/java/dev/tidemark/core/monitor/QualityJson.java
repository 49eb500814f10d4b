package dev.tidemark.core.monitor;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.monitor.QualityReport.CheckResult;
import dev.tidemark.core.monitor.QualityReport.OfSlice;
import dev.tidemark.core.monitor.QualityReport.OfVersion;
import dev.tidemark.core.monitor.QualityReport.OfWindow;
import dev.tidemark.core.serve.Freshness;
import dev.tidemark.core.serve.Json;
import dev.tidemark.core.value.ValueJson;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON of a report, as the OpenAPI document describes it. */
public final class QualityJson {

    /** How many cells of an input's index are named. */
    private static final int MAX_CONTRIBUTIONS = 3;

    private final JsonGenerator out;

    private QualityJson(JsonGenerator out) {
        this.out = out;
    }

    /** The whole report. */
    public static String of(QualityReport report) {
        return Json.write(out -> new QualityJson(out).write(report));
    }

    private void write(QualityReport report) throws IOException {
        out.writeStartObject();
        out.writeStringField("model", report.monitor().model());
        out.writeStringField("hash", report.monitor().modelHash());
        Json.moment(out, "at", report.atMillis());
        out.writeStringField("status", report.status().word());
        if (report.monitor().champion() != null) {
            out.writeStringField("champion", report.monitor().champion());
        }
        out.writeArrayFieldStart("versions");
        for (OfVersion version : report.versions()) {
            version(version);
        }
        out.writeEndArray();
        Freshness freshness = report.freshness();
        if (freshness != null) {
            freshness.write(out);
        }
        out.writeEndObject();
    }

    private void version(OfVersion version) throws IOException {
        out.writeStartObject();
        out.writeStringField("version", version.version());
        out.writeStringField("status", version.status().word());
        cause(out, version.cause());
        out.writeArrayFieldStart("checks");
        for (CheckResult result : version.checks()) {
            out.writeStartObject();
            out.writeStringField("check", result.check().name());
            out.writeStringField("window", result.check().window().text());
            out.writeStringField("status", result.status().word());
            out.writeStringField("text", result.text());
            out.writeEndObject();
        }
        out.writeEndArray();
        if (version.client() != null) {
            out.writeFieldName("client");
            ValueJson.write(out, version.client().json());
        }
        out.writeArrayFieldStart("windows");
        for (OfWindow window : version.windows()) {
            window(window);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    /** Writes the cause as a member; null if there is none. */
    public static void cause(JsonGenerator out, @Nullable Cause cause) throws IOException {
        if (cause == null) {
            out.writeNullField("cause");
            return;
        }
        out.writeObjectFieldStart("cause");
        out.writeStringField("kind", cause.kind().word());
        out.writeStringField("meaning", cause.kind().meaning());
        out.writeArrayFieldStart("evidence");
        for (Cause.Evidence evidence : cause.evidence()) {
            out.writeStartObject();
            out.writeStringField("kind", evidence.kind().word());
            out.writeStringField("text", evidence.text());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void window(OfWindow window) throws IOException {
        out.writeStartObject();
        out.writeStringField("window", window.window().text());
        out.writeNumberField("predictions", window.predictions());
        out.writeNumberField("refused", window.refused());
        out.writeFieldName("hashes");
        ValueJson.write(out, window.hashes());
        realised("latest", window.latest());
        realised("matured", window.matured());
        if (window.score() != null) {
            out.writeFieldName("score");
            drift(window.score());
        }
        if (!window.inputs().isEmpty()) {
            out.writeObjectFieldStart("inputs");
            for (Map.Entry<String, Drift> input : window.inputs().entrySet()) {
                out.writeFieldName(input.getKey());
                drift(input.getValue());
            }
            out.writeEndObject();
        }
        if (!window.slices().isEmpty()) {
            out.writeArrayFieldStart("slices");
            for (OfSlice slice : window.slices()) {
                out.writeStartObject();
                out.writeStringField("slice", slice.slice());
                out.writeStringField("value", slice.value());
                realised("matured", slice.matured());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private void realised(String name, @Nullable Realised realised) throws IOException {
        if (realised == null) {
            return;
        }
        out.writeObjectFieldStart(name);
        Json.moment(out, "start", realised.startMillis());
        Json.moment(out, "end", realised.endMillis());
        out.writeBooleanField("matured", realised.isMatured());
        out.writeNumberField("predictions", realised.predictions());
        out.writeNumberField("labelled", realised.labelled());
        number("coverage", realised.coverage());
        out.writeFieldName("metrics");
        ValueJson.write(
                out, realised.metrics() == null ? null : realised.metrics().values());
        out.writeArrayFieldStart("expected");
        for (Expected expected : realised.expected()) {
            out.writeStartObject();
            number("threshold", expected.threshold());
            number("rate", expected.positives());
            number("accuracy", expected.accuracy());
            number("accuracyError", expected.accuracyError());
            number("precision", expected.precision());
            number("recall", expected.recall());
            number("f1", expected.f1());
            number("brier", expected.brier());
            number("brierError", expected.brierError());
            out.writeEndObject();
        }
        out.writeEndArray();
        if (!realised.challenges().isEmpty()) {
            out.writeArrayFieldStart("challengers");
            for (Challenge challenge : realised.challenges()) {
                PairedDifference difference = challenge.difference();
                out.writeStartObject();
                out.writeStringField("challenger", challenge.challenger());
                out.writeNumberField("predictions", difference.requests());
                exact("mean", difference.mean());
                exact("low", difference.low());
                exact("high", difference.high());
                out.writeBooleanField("decided", difference.isDecided());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        Delays delays = realised.delays();
        if (delays != null) {
            out.writeObjectFieldStart("corrected");
            number("rate", delays.rate());
            number("rateError", delays.error());
            number("arrived", delays.arrived());
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private void drift(Drift drift) throws IOException {
        out.writeStartObject();
        out.writeNumberField("rows", drift.rows());
        out.writeNumberField("baselineRows", drift.baselineRows());
        out.writeNumberField("effective", drift.effective());
        number("nullShare", drift.nullShare());
        number("baselineNullShare", drift.baselineNullShare());
        number("nullLimit", drift.nullLimit());
        Distances distances = drift.distances();
        if (distances != null) {
            number("psi", distances.psi());
            number("psiLimit", distances.psiLimit());
            number("js", distances.js());
            Distances.Along along = distances.along();
            if (along != null) {
                number("ks", along.ks());
                number("ksLimit", along.ksLimit());
                number("ksSlack", along.ksSlack());
                number("wasserstein", along.wasserstein());
            }
            number("unseen", distances.unseen());
            contributions(distances);
        }
        out.writeEndObject();
    }

    private void contributions(Distances distances) throws IOException {
        out.writeArrayFieldStart("contributions");
        for (Distances.Contribution one :
                distances.contributions().stream().limit(MAX_CONTRIBUTIONS).toList()) {
            out.writeStartObject();
            out.writeStringField("cell", one.cell());
            number("psi", one.psi());
            number("baseline", one.baseline());
            number("live", one.live());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void exact(String name, double value) throws IOException {
        out.writeFieldName(name);
        ValueJson.write(out, Values.exact(value));
    }

    private void number(String name, @Nullable Double value) throws IOException {
        out.writeFieldName(name);
        ValueJson.write(out, value == null ? null : Values.shown(value));
    }
}
