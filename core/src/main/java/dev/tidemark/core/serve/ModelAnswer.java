package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.view.Model;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of some rows, and what they were computed from.
 *
 * @param model the definition that answered
 * @param atMillis the moment of all rows
 * @param rows as asked
 * @param reads what was read of each of the model's views, in the model's order
 * @param references the snapshots that are effective at the moment, by the names of the model's references
 * @param freshness of all that was read; null for a model that reads no view
 */
public record ModelAnswer(
        Model model,
        long atMillis,
        List<ModelRow> rows,
        List<Read> reads,
        Map<String, Snapshot> references,
        @Nullable Freshness freshness) {

    /**
     * What was read of one view.
     *
     * @param answers by entity, each once, in the order of the first row that asked for it; all share plan and progress
     */
    public record Read(Model.ViewInput input, QueryPlan plan, ViewProgress progress, Map<String, Answer> answers) {

        /** The answer about a row's entity. */
        public Answer of(ModelRow row) {
            return Objects.requireNonNull(answers.get(row.entity(input)));
        }
    }

    public ModelAnswer {
        rows = List.copyOf(rows);
        reads = List.copyOf(reads);
        references = Map.copyOf(references);
    }

    /** Whether it lacks something that was before it, or is older than the model allows. */
    public boolean isStale() {
        return !isComplete() || model.isStale(lagMillis());
    }

    /** Whether everything before the lanes' positions is contained. */
    public boolean isComplete() {
        return freshness == null || freshness.missing().isEmpty();
    }

    /** How far the fold is behind; empty if unknown, 0 for a model that reads no view. */
    public OptionalLong lagMillis() {
        return freshness == null ? OptionalLong.of(0) : freshness.lagMillis();
    }

    /** Every entity's answer once. */
    public Stream<Answer> answers() {
        return reads.stream().flatMap(read -> read.answers().values().stream());
    }

    /** A row's vector. */
    public List<@Nullable Object> vector(ModelRow row) {
        Map<String, @Nullable Object> values = new HashMap<>();
        model.request()
                .forEach(input -> values.put(input.valueName(), row.request().get(input.name())));
        for (Read read : reads) {
            Answer answer = read.of(row);
            for (String name : read.input().names()) {
                values.put(
                        Model.valueNameOf(read.input().view().name(), name),
                        answer.values().get(name));
            }
        }
        for (Model.ReferenceInput input : model.references()) {
            input.addTo(values, Objects.requireNonNull(references.get(input.reference())), row.key(input), atMillis);
        }
        return model.vector(values);
    }

    /** The approximations of a row's values, by their names in the vector and in its order. */
    Map<String, Approximation> approximations(ModelRow row) {
        Map<String, Approximation> found = new HashMap<>();
        for (Read read : reads) {
            read.of(row)
                    .approximations()
                    .forEach((name, one) ->
                            found.put(Model.valueNameOf(read.input().view().name(), name), one));
        }
        Map<String, Approximation> ordered = new LinkedHashMap<>();
        for (String name : found.isEmpty() ? List.<String>of() : model.names()) {
            Approximation one = found.get(name);
            if (one != null) {
                ordered.put(name, one);
            }
        }
        return ordered;
    }

    /** The vectors of all rows, in order. */
    public List<List<@Nullable Object>> vectors() {
        List<List<@Nullable Object>> vectors = new ArrayList<>(rows.size());
        rows.forEach(row -> vectors.add(vector(row)));
        return vectors;
    }
}
