package dev.tidemark.core.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.view.Model;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of a model's answer, as the OpenAPI document describes it. What the rows have in common is written once. Rows
 * repeat what was asked, so that an answer alone can be audited: with its receipt everything in it can be computed again.
 */
public final class ModelJson {

    private final Catalogs catalogs;
    private final boolean explain;

    /** @param explain whether to add what was read */
    public ModelJson(Catalogs catalogs, boolean explain) {
        this.catalogs = catalogs;
        this.explain = explain;
    }

    /** The whole answer. */
    public String answer(ModelAnswer answer) {
        return Json.write(out -> {
            out.writeStartObject();
            head(out, answer);
            out.writeArrayFieldStart("names");
            for (String name : answer.model().names()) {
                out.writeString(name);
            }
            out.writeEndArray();
            out.writeArrayFieldStart("rows");
            for (ModelRow row : answer.rows()) {
                row(out, answer, row);
            }
            out.writeEndArray();
            tail(out, answer);
            out.writeEndObject();
        });
    }

    /** The answer without its names and rows, for formats that have these in another form. */
    public String withoutRows(ModelAnswer answer) {
        return Json.write(out -> {
            out.writeStartObject();
            head(out, answer);
            tail(out, answer);
            out.writeEndObject();
        });
    }

    private static void head(JsonGenerator out, ModelAnswer answer) throws IOException {
        out.writeStringField("model", answer.model().name());
        out.writeStringField("hash", answer.model().hash());
        Json.moment(out, "at", answer.atMillis());
    }

    private static void row(JsonGenerator out, ModelAnswer answer, ModelRow row) throws IOException {
        Model model = answer.model();
        out.writeStartObject();
        out.writeObjectFieldStart("keys");
        for (int i = 0; i < model.keys().size(); i++) {
            out.writeStringField(model.keys().get(i), row.keys().get(i));
        }
        out.writeEndObject();
        out.writeObjectFieldStart("request");
        for (Map.Entry<String, Object> input : row.request().entrySet()) {
            out.writeFieldName(input.getKey());
            ValueJson.write(out, input.getValue());
        }
        out.writeEndObject();
        List<@Nullable Object> vector = answer.vector(row);
        out.writeArrayFieldStart("values");
        for (Object value : vector) {
            ValueJson.write(out, value);
        }
        out.writeEndArray();
        out.writeNumberField("nulls", vector.stream().filter(Objects::isNull).count());
        AnswerJson.approximate(out, answer.approximations(row));
        out.writeEndObject();
    }

    private void tail(JsonGenerator out, ModelAnswer answer) throws IOException {
        out.writeBooleanField("stale", answer.isStale());
        out.writeObjectFieldStart("coverage");
        for (ModelAnswer.Read read : answer.reads()) {
            AnswerJson.coverage(out, read.plan().view().name(), read.plan(), Long.MAX_VALUE);
        }
        out.writeEndObject();
        Set<Long> imports = new TreeSet<>();
        answer.reads()
                .forEach(read ->
                        imports.addAll(read.progress().imports(read.plan().view())));
        AnswerJson.assumed(out, imports);
        Freshness freshness = answer.freshness();
        if (freshness != null) {
            freshness.write(out);
        }
        effective(out, answer);
        receipt(out, answer);
        if (explain) {
            reads(out, answer);
        }
    }

    private void receipt(JsonGenerator out, ModelAnswer answer) throws IOException {
        out.writeObjectFieldStart("receipt");
        out.writeStringField(
                "catalog", catalogs.of(answer.model()).orElseThrow().hash());
        out.writeStringField("model", answer.model().hash());
        out.writeNumberField("at", answer.atMillis());
        out.writeObjectFieldStart("views");
        for (ModelAnswer.Read read : answer.reads()) {
            out.writeObjectFieldStart(read.plan().view().name());
            out.writeStringField("version", read.plan().view().version());
            AnswerJson.lanes(out, read.plan().view(), read.progress());
            out.writeObjectFieldStart("ahead");
            for (Map.Entry<String, Answer> one : read.answers().entrySet()) {
                if (!one.getValue().ahead().isEmpty()) {
                    AnswerJson.ahead(out, one.getKey(), one.getValue());
                }
            }
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndObject();
        snapshots(out, answer);
        out.writeEndObject();
    }

    /** How old what was looked up is; the first snapshot of a reference has always been effective. */
    private static void effective(JsonGenerator out, ModelAnswer answer) throws IOException {
        if (!answer.references().isEmpty()) {
            out.writeObjectFieldStart("references");
            for (String name : answer.model().referenceNames()) {
                Snapshot snapshot = Objects.requireNonNull(answer.references().get(name));
                out.writeObjectFieldStart(name);
                out.writeNumberField("snapshot", snapshot.number());
                Json.moment(
                        out,
                        "effective",
                        snapshot.effectiveMillis() == Snapshot.ALWAYS ? null : (Long) snapshot.effectiveMillis());
                out.writeEndObject();
            }
            out.writeEndObject();
        }
    }

    private static void snapshots(JsonGenerator out, ModelAnswer answer) throws IOException {
        if (!answer.references().isEmpty()) {
            out.writeObjectFieldStart("references");
            for (String name : answer.model().referenceNames()) {
                out.writeNumberField(
                        name,
                        Objects.requireNonNull(answer.references().get(name)).number());
            }
            out.writeEndObject();
        }
    }

    /** What was read of each view: an entity once, however many rows ask for it. */
    private static void reads(JsonGenerator out, ModelAnswer answer) throws IOException {
        out.writeArrayFieldStart("reads");
        for (ModelAnswer.Read read : answer.reads()) {
            List<Answer.Read> requests = read.answers().values().stream()
                    .flatMap(one -> one.reads().stream())
                    .toList();
            out.writeStartObject();
            out.writeStringField("view", read.plan().view().name());
            out.writeNumberField("entities", read.answers().size());
            out.writeNumberField("requests", requests.size());
            out.writeNumberField(
                    "items",
                    requests.stream().mapToInt(one -> one.items().size()).sum());
            out.writeNumberField(
                    "bytes", requests.stream().mapToLong(Answer.Read::bytes).sum());
            out.writeNumberField(
                    "units", requests.stream().mapToLong(Answer.Read::units).sum());
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
