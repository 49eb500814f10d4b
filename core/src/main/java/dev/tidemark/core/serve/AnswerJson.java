package dev.tidemark.core.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.Interval;
import dev.tidemark.core.window.Window;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of answers, as the OpenAPI document describes it.
 *
 * <p>A receipt omits most items, so an answer stays small. Items are written in the order of their lane, so an item
 * whose mark is not after the lane's position holds exactly the lane's events up to that position; the position is
 * enough to compute it again from the archive. A receipt lists with their marks only items ahead of the position, whose
 * batch was in flight, and items of redrives, which have no position.
 */
public final class AnswerJson {

    private final Catalogs catalogs;
    private final long nowMillis;

    /** @param nowMillis the time of the question */
    public AnswerJson(Catalogs catalogs, long nowMillis) {
        this.catalogs = catalogs;
        this.nowMillis = nowMillis;
    }

    /** The answer to a single read. */
    public String single(Answer answer, boolean explain) {
        return single(answer, explain, null);
    }

    /**
     * The answer to a question about the past: as known now if asked for, otherwise as served. With both, the values as
     * served and the causes of the difference are added.
     */
    public String past(PastAnswer past, boolean explain) {
        Answer answer = past.now() != null ? past.now() : past.served();
        return single(Objects.requireNonNull(answer), explain, past);
    }

    private String single(Answer answer, boolean explain, @Nullable PastAnswer past) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeStringField("view", answer.plan().view().name());
            entity(out, answer);
            Json.moment(out, "at", answer.plan().atMillis());
            if (past != null) {
                knowledge(out, past);
            }
            features(out, answer);
            coverage(
                    out,
                    "coverage",
                    answer.plan(),
                    past != null && past.now() != null ? past.endMillis() : Long.MAX_VALUE);
            approximate(out, answer);
            unavailable(out, answer.plan());
            assumed(out, answer.progress().imports(answer.plan().view()));
            Freshness.of(answer.plan().view(), answer.progress(), nowMillis).write(out);
            startReceipt(out, answer.plan(), answer.progress());
            ahead(out, answer);
            out.writeEndObject();
            if (explain) {
                new ExplanationJson(out, answer, nowMillis).write();
            }
            out.writeEndObject();
        });
    }

    /**
     * The answer to a batch: members common to the entities of a query are written once.
     *
     * @param answers per query, one per entity; none of the lists is empty
     */
    public String batch(long atMillis, List<List<Answer>> answers) {
        return Json.write(out -> {
            out.writeStartObject();
            Json.moment(out, "at", atMillis);
            out.writeArrayFieldStart("results");
            for (List<Answer> ofQuery : answers) {
                result(out, ofQuery);
            }
            out.writeEndArray();
            out.writeEndObject();
        });
    }

    private void result(JsonGenerator out, List<Answer> answers) throws IOException {
        QueryPlan plan = answers.get(0).plan();
        ViewProgress progress = answers.get(0).progress();
        out.writeStartObject();
        out.writeStringField("view", plan.view().name());
        coverage(out, plan);
        unavailable(out, plan);
        assumed(out, progress.imports(plan.view()));
        Freshness.of(plan.view(), progress, nowMillis).write(out);
        startReceipt(out, plan, progress);
        out.writeEndObject();
        out.writeArrayFieldStart("entities");
        for (Answer answer : answers) {
            out.writeStartObject();
            entity(out, answer);
            features(out, answer);
            approximate(out, answer);
            ahead(out, answer);
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void entity(JsonGenerator out, Answer answer) throws IOException {
        List<String> parts = EntityKeys.values(answer.entity());
        out.writeObjectFieldStart("entity");
        for (int i = 0; i < parts.size(); i++) {
            out.writeStringField(answer.plan().view().entity().get(i).name(), parts.get(i));
        }
        out.writeEndObject();
    }

    private static void features(JsonGenerator out, Answer answer) throws IOException {
        out.writeObjectFieldStart("features");
        for (Map.Entry<String, @Nullable Object> value : answer.values().entrySet()) {
            out.writeFieldName(value.getKey());
            ValueJson.write(out, value.getValue());
        }
        out.writeEndObject();
    }

    private static void knowledge(JsonGenerator out, PastAnswer past) throws IOException {
        out.writeObjectFieldStart("knowledge");
        Answer served = past.served();
        out.writeStringField("as", past.now() == null ? "served" : served == null ? "now" : "both");
        out.writeStringField("checkpoint", past.made().checkpoint());
        out.writeNumberField("records", past.made().records());
        if (past.now() != null && served != null) {
            out.writeObjectFieldStart("served");
            features(out, served);
            approximate(out, served);
            out.writeEndObject();
            out.writeArrayFieldStart("differences");
            for (String name : past.differences()) {
                out.writeString(name);
            }
            out.writeEndArray();
            late(out, past);
        }
        out.writeEndObject();
    }

    private static void late(JsonGenerator out, PastAnswer past) throws IOException {
        out.writeObjectFieldStart("late");
        out.writeNumberField("count", past.lateCount());
        out.writeArrayFieldStart("events");
        for (PastAnswer.Late event : past.late()) {
            out.writeStartObject();
            out.writeStringField("lane", event.lane());
            out.writeStringField("position", event.position().text());
            Json.moment(out, "eventTime", event.eventTimeMillis());
            Json.moment(out, "arrival", event.arrivalMillis());
            Json.moment(out, "known", event.knownMillis());
            out.writeNumberField("lateMillis", event.lateMillis());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void coverage(JsonGenerator out, QueryPlan plan) throws IOException {
        coverage(out, "coverage", plan, Long.MAX_VALUE);
    }

    /** @param endMillis where the windows end at the latest, exclusive */
    static void coverage(JsonGenerator out, String member, QueryPlan plan, long endMillis) throws IOException {
        out.writeObjectFieldStart(member);
        for (Map.Entry<Window, Cover> cover : plan.covers().entrySet()) {
            Interval interval = cover.getValue().interval();
            out.writeObjectFieldStart(cover.getKey().text());
            Json.moment(out, "start", cover.getKey().isLifetime() ? null : interval.startMillis());
            Json.moment(out, "end", Math.min(endMillis, interval.endMillis()));
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void approximate(JsonGenerator out, Answer answer) throws IOException {
        approximate(out, answer.approximations());
    }

    /** Nothing if there are none. */
    static void approximate(JsonGenerator out, Map<String, Approximation> approximations) throws IOException {
        if (approximations.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("approximate");
        for (Map.Entry<String, Approximation> one : approximations.entrySet()) {
            out.writeObjectFieldStart(one.getKey());
            out.writeStringField("method", one.getValue().method());
            out.writeNumberField("relativeError", one.getValue().relativeError());
            if (!one.getValue().memberErrors().isEmpty()) {
                out.writeObjectFieldStart("memberErrors");
                for (Map.Entry<String, Double> member :
                        one.getValue().memberErrors().entrySet()) {
                    out.writeNumberField(member.getKey(), member.getValue());
                }
                out.writeEndObject();
            }
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void unavailable(JsonGenerator out, QueryPlan plan) throws IOException {
        if (plan.unavailable().isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("unavailable");
        for (String name : plan.unavailable()) {
            out.writeStringField(
                    name, "lifetime windows are kept as of now only; leave out 'at', or ask with knowledge=now");
        }
        out.writeEndObject();
    }

    /** Writes the receipt without its end, so that a single answer can add to it. */
    private void startReceipt(JsonGenerator out, QueryPlan plan, ViewProgress progress) throws IOException {
        out.writeObjectFieldStart("receipt");
        out.writeStringField("catalog", catalogs.of(plan.view()).orElseThrow().hash());
        out.writeStringField("view", plan.view().version());
        out.writeNumberField("at", plan.atMillis());
        lanes(out, plan.view(), progress);
    }

    /** I3: the imports of which nobody knows when their rows would have arrived. Nothing if there are none. */
    static void assumed(JsonGenerator out, Collection<Long> imports) throws IOException {
        if (imports.isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("assumed");
        for (long number : imports) {
            out.writeNumber(number);
        }
        out.writeEndArray();
    }

    static void lanes(JsonGenerator out, View view, ViewProgress progress) throws IOException {
        out.writeObjectFieldStart("lanes");
        for (LaneRow row : progress.lanes()) {
            out.writeStringField(row.lane().id(), row.last().text());
        }
        out.writeEndObject();
        assumed(out, progress.imports(view));
    }

    private static void ahead(JsonGenerator out, Answer answer) throws IOException {
        ahead(out, "ahead", answer);
    }

    static void ahead(JsonGenerator out, String member, Answer answer) throws IOException {
        out.writeObjectFieldStart(member);
        for (Answer.ItemMark item : answer.ahead()) {
            out.writeStringField(item.sortKey(), item.mark().text());
        }
        out.writeEndObject();
    }
}
