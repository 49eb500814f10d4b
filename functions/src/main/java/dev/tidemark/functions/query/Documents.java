package dev.tidemark.functions.query;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Notes;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.serve.Freshness;
import dev.tidemark.core.serve.Json;
import dev.tidemark.core.serve.LaneJson;
import dev.tidemark.core.serve.Progress;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.serve.Waiting;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.CountsJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The documents that are not answers: catalog, health, the API's description, problems. */
final class Documents {

    /** How many lanes the health document lists. */
    private static final int MAX_LANES = 500;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Documents() {}

    /** The definitions, and the values of each view. */
    static String catalog(Catalog catalog) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeStringField("hash", catalog.hash());
            out.writeArrayFieldStart("views");
            for (View view : catalog.views()) {
                out.writeStartObject();
                out.writeStringField("view", view.name());
                out.writeStringField("version", view.version());
                strings(
                        out,
                        "entity",
                        view.entity().stream().map(View.KeyField::name).toList());
                strings(out, "features", view.valueNames());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeArrayFieldStart("models");
            for (Model model : catalog.models()) {
                model(out, model, catalog.notesOf("models." + model.name()));
            }
            out.writeEndArray();
            out.writeFieldName("definitions");
            out.writeRawValue(catalog.json());
            out.writeEndObject();
        });
    }

    private static void model(JsonGenerator out, Model model, Notes notes) throws IOException {
        out.writeStartObject();
        out.writeStringField("model", model.name());
        out.writeStringField("hash", model.hash());
        strings(out, "names", model.names());
        strings(
                out,
                "types",
                model.vector().stream().map(value -> value.type().text()).toList());
        strings(out, "keys", model.keys());
        out.writeArrayFieldStart("request");
        for (Model.Input input : model.request()) {
            out.writeStartObject();
            out.writeStringField("name", input.name());
            out.writeStringField("type", input.type().text());
            if (input.defaultValue() != null) {
                out.writeFieldName("default");
                ValueJson.write(out, input.defaultValue());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
        strings(out, "facts", model.facts());
        if (notes.description() != null) {
            out.writeStringField("description", notes.description());
        }
        if (notes.owner() != null) {
            out.writeStringField("owner", notes.owner());
        }
        if (!notes.tags().isEmpty()) {
            strings(out, "tags", notes.tags());
        }
        out.writeEndObject();
    }

    /**
     * @param catalogHash of the catalog that is served
     * @param views every version that is known
     */
    static String health(String catalogHash, Progress progress, Map<View, ViewProgress> views, long nowMillis) {
        Map<String, Waiting.Asked> asked = new HashMap<>();
        views.values().forEach(view -> asked.putAll(view.waiting().lanes()));
        return Json.write(out -> {
            ControlRow control = progress.control();
            out.writeStartObject();
            Json.moment(out, "now", nowMillis);
            out.writeStringField("catalog", catalogHash);
            out.writeStringField("generation", control == null ? null : control.generation());
            out.writeStringField(
                    "phase", control == null ? null : control.phase().name());
            out.writeNumberField(
                    "records",
                    progress.lanes().stream().mapToLong(LaneRow::count).sum());
            out.writeNumberField("laneCount", progress.lanes().size());
            out.writeArrayFieldStart("views");
            for (Map.Entry<View, ViewProgress> one : views.entrySet()) {
                view(out, one.getKey(), control, one.getValue(), nowMillis);
            }
            out.writeEndArray();
            out.writeArrayFieldStart("lanes");
            for (LaneRow row : progress.lanes()
                    .subList(0, Math.min(MAX_LANES, progress.lanes().size()))) {
                LaneJson.write(out, row, asked.get(row.lane().id()), nowMillis);
            }
            out.writeEndArray();
            out.writeEndObject();
        });
    }

    /** One view's progress and the fates of its records. */
    private static void view(
            JsonGenerator out, View view, @Nullable ControlRow control, ViewProgress progress, long nowMillis)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("view", view.name());
        out.writeStringField("version", view.version());
        ViewStatus status = control == null ? null : control.views().get(view.version());
        out.writeStringField("status", status == null ? "DORMANT" : status.name());
        Freshness.of(view, progress, nowMillis).write(out);
        out.writeFieldName("counts");
        CountsJson.write(out, progress.countsOf(view));
        out.writeEndObject();
    }

    /** The OpenAPI document, kept as YAML for those who edit it. */
    static String openApi() {
        try (InputStream yaml = Documents.class.getResourceAsStream("/openapi.yaml")) {
            if (yaml == null) {
                throw new IllegalStateException("openapi.yaml is not on the class path");
            }
            String text = new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
            return MAPPER.writeValueAsString(new Load(LoadSettings.builder().build()).loadFromString(text));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("openapi.yaml cannot be written as JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.yaml cannot be read", e);
        }
    }

    static String problem(Problem problem, String instance) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeStringField("type", problem.kind().type());
            out.writeStringField("title", problem.kind().title());
            out.writeNumberField("status", problem.kind().status());
            out.writeStringField("detail", problem.detail());
            out.writeStringField("remedy", problem.remedy());
            if (!problem.available().isEmpty()) {
                strings(out, "available", problem.available());
            }
            if (!problem.errors().isEmpty()) {
                out.writeArrayFieldStart("errors");
                for (Problem.Place place : problem.errors()) {
                    out.writeStartObject();
                    out.writeStringField("pointer", place.pointer());
                    out.writeStringField("detail", place.detail());
                    out.writeEndObject();
                }
                out.writeEndArray();
            }
            if (problem.definitions() != null) {
                definition(out, "served", problem.definitions().served());
                definition(out, "pinned", problem.definitions().pinned());
            }
            out.writeStringField("instance", instance);
            out.writeEndObject();
        });
    }

    private static void definition(JsonGenerator out, String member, @Nullable Model model) throws IOException {
        if (model != null) {
            out.writeObjectFieldStart(member);
            out.writeStringField("hash", model.hash());
            strings(out, "facts", model.facts());
            out.writeEndObject();
        }
    }

    private static void strings(JsonGenerator out, String name, List<String> values) throws IOException {
        out.writeArrayFieldStart(name);
        for (String value : values) {
            out.writeString(value);
        }
        out.writeEndArray();
    }
}
