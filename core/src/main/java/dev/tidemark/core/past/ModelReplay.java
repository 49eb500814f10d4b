package dev.tidemark.core.past;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.Snapshots;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.ModelAnswer;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.view.Model;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Computes vectors of models again from the archive, with exactly the events that their receipts name. */
public final class ModelReplay {

    private final Catalogs catalogs;
    private final HistoryPorts ports;

    public ModelReplay(Catalogs catalogs, HistoryPorts ports) {
        this.catalogs = catalogs;
        this.ports = ports;
    }

    /**
     * What a model answered.
     *
     * @param model the definition that answered
     * @param rows as they were asked
     */
    public record Answered(Model model, ModelReceipt receipt, List<ModelRow> rows) {

        public Answered {
            rows = List.copyOf(rows);
        }

        /** Whether the receipt is of the versions of the views that the model reads. */
        boolean isOfItsViews() {
            return model.views().stream()
                    .allMatch(input -> entities(input).stream()
                            .allMatch(entity -> receipt.of(input, entity)
                                    .viewVersion()
                                    .equals(input.view().version())));
        }

        private Set<String> entities(Model.ViewInput input) {
            Set<String> entities = new LinkedHashSet<>();
            rows.forEach(row -> entities.add(row.entity(input)));
            return entities;
        }
    }

    /**
     * An answer, computed again.
     *
     * @param then with the events that the receipt names: all values must be the same
     * @param today with every event that is known now
     * @param made what both were computed from, once for each walk through the archive
     */
    public record Reproduced(ModelAnswer then, ModelAnswer today, List<PastAnswer.Made> made) {}

    /** The row that was asked with these keys and request inputs, by name. */
    public static ModelRow row(Model model, JsonNode keys, JsonNode request) {
        Map<String, Object> inputs = new LinkedHashMap<>();
        model.request()
                .forEach(input -> inputs.put(input.name(), input.accept(ValueJson.scalar(request.path(input.name())))));
        return new ModelRow(
                model.keys().stream().map(name -> keys.path(name).asText()).toList(), inputs);
    }

    /**
     * Computes all of them, with one walk for each source.
     *
     * @return in order; completes exceptionally as {@link ReceiptReplay#reproduce(List, Checkpoints)} does
     * @throws IllegalArgumentException if a receipt is not of the views that its model reads
     */
    public CompletableFuture<List<Reproduced>> reproduce(List<Answered> all, Checkpoints checkpoints) {
        List<ReceiptReplay.Wanted> wanted = new ArrayList<>();
        for (Answered one : all) {
            for (Model.ViewInput input : one.model().views()) {
                one.entities(input)
                        .forEach(entity -> wanted.add(new ReceiptReplay.Wanted(
                                input.view(), one.receipt().of(input, entity))));
            }
        }
        return new ReceiptReplay(catalogs, ports).reproduce(wanted, checkpoints).thenCompose(answers -> {
            Iterator<ReceiptReplay.Reproduced> next = answers.iterator();
            List<Reproduced> reproduced = new ArrayList<>();
            return Flight.inOrder(all, one -> references(one).thenAccept(found -> reproduced.add(of(one, found, next))))
                    .thenApply(done -> reproduced);
        });
    }

    /** The snapshots that were effective then: by the rule, not by the receipt. */
    private CompletableFuture<Map<String, Snapshot>> references(Answered one) {
        long atMillis = one.receipt().atMillis();
        return ports.inputs()
                .effective(one.model().referenceNames(), atMillis, atMillis)
                .thenApply(found -> Snapshots.at(found, atMillis));
    }

    private Reproduced of(Answered one, Map<String, Snapshot> references, Iterator<ReceiptReplay.Reproduced> next) {
        List<ModelAnswer.Read> then = new ArrayList<>();
        List<ModelAnswer.Read> today = new ArrayList<>();
        Map<Catalog.Source, PastAnswer.Made> made = new LinkedHashMap<>();
        for (Model.ViewInput input : one.model().views()) {
            Map<String, Answer> answersThen = new LinkedHashMap<>();
            Map<String, Answer> answersToday = new LinkedHashMap<>();
            for (String entity : one.entities(input)) {
                ReceiptReplay.Reproduced answer = next.next();
                answersThen.put(entity, answer.answer());
                answersToday.put(entity, answer.today());
                made.put(catalogs.sourceOf(input.view()), answer.made());
            }
            then.add(read(input, answersThen));
            today.add(read(input, answersToday));
        }
        return new Reproduced(
                answer(one, then, references), answer(one, today, references), List.copyOf(made.values()));
    }

    private static ModelAnswer answer(Answered one, List<ModelAnswer.Read> reads, Map<String, Snapshot> references) {
        return new ModelAnswer(one.model(), one.receipt().atMillis(), one.rows(), reads, references, null);
    }

    private static ModelAnswer.Read read(Model.ViewInput input, Map<String, Answer> answers) {
        Answer any = answers.values().iterator().next();
        return new ModelAnswer.Read(input, any.plan(), any.progress(), answers);
    }
}
