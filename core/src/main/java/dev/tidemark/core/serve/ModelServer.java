package dev.tidemark.core.serve;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.reference.EffectiveSnapshots;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.Snapshots;
import dev.tidemark.core.view.Model;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Answers what a model asks: rows of one moment out of several views. Thread-safe. */
public final class ModelServer {

    private final Catalogs catalogs;
    private final FeatureServer server;
    private final ProgressCache progress;
    private final EffectiveSnapshots snapshots;

    /**
     * The definition for a caller, or why there is none.
     *
     * @param served the definition that answers callers without a pin
     * @param pinned the one that the caller's pin names; null without a pin, or if the deployment does not know it
     * @param answers the one that answers this caller; null if that would be another than it has pinned, or one that is not
     *     complete
     */
    public record Choice(
            Model served, @Nullable Model pinned, @Nullable Model answers) {}

    private record Candidate(Model model, Served rank) {}

    public ModelServer(Catalogs catalogs, FeatureServer server, ProgressCache progress, EffectiveSnapshots snapshots) {
        this.catalogs = catalogs;
        this.server = server;
        this.progress = progress;
        this.snapshots = snapshots;
    }

    /** Whether a catalog has a model of this name. */
    public boolean isKnown(String name) {
        return catalogs.all().stream().anyMatch(catalog -> catalog.model(name).isPresent());
    }

    /**
     * Which definition answers. While a catalog is being changed there may be two: without a pin the one whose views are
     * served; with a pin the pinned one, if each of its views is served or ready, never another. So a pin is not answered
     * from a catalog that the deployment does not fold.
     *
     * @param name of a known model
     * @param pins hashes, any of which will do; null for a caller without a pin
     */
    public CompletableFuture<Choice> choose(String name, @Nullable Set<String> pins, long nowMillis) {
        return progress.get(nowMillis).thenApply(rows -> choose(name, pins, rows.control()));
    }

    private Choice choose(String name, @Nullable Set<String> pins, @Nullable ControlRow control) {
        List<Candidate> candidates = new ArrayList<>();
        for (Catalog catalog : inOrder(control)) {
            catalog.model(name).ifPresent(model -> candidates.add(new Candidate(model, rank(control, model))));
        }
        Candidate served = candidates.stream()
                .min(Comparator.comparing(Candidate::rank))
                .orElseThrow(() -> new IllegalArgumentException("no catalog has a model '" + name + "'"));
        if (pins == null) {
            return new Choice(served.model(), null, served.model());
        }
        Candidate pinned = candidates.stream()
                .filter(candidate -> pins.contains(candidate.model().hash()))
                .min(Comparator.comparing(Candidate::rank))
                .orElse(null);
        if (pinned == null) {
            return new Choice(served.model(), null, null);
        }
        // Before the first record there is no control row, and nothing that could be missing.
        boolean answers = pinned.rank().isComplete() || control == null;
        return new Choice(served.model(), pinned.model(), answers ? pinned.model() : null);
    }

    /** The served catalog first. */
    private List<Catalog> inOrder(@Nullable ControlRow control) {
        Set<Catalog> all = new LinkedHashSet<>();
        all.add(catalogs.served(control));
        all.addAll(catalogs.all());
        return List.copyOf(all);
    }

    /** As good as the least of its views. */
    private static Served rank(@Nullable ControlRow control, Model model) {
        return model.views().stream()
                .map(input -> Served.of(control, input.view()))
                .max(Comparator.naturalOrder())
                .orElse(Served.ACTIVE);
    }

    /**
     * Answers rows: every entity of every view is read once, all in one wave, as of one moment. References are read in the
     * snapshots that are effective then.
     *
     * @param atMillis the moment asked about; null for now
     * @return completes exceptionally as {@link FeatureServer#answer} does
     * @throws Unanswerable as {@link QueryPlan#of} does
     * @throws IllegalArgumentException if no event can have a row's key
     */
    public CompletableFuture<ModelAnswer> answer(
            Model model, List<ModelRow> rows, @Nullable Long atMillis, long nowMillis) {
        List<CompletableFuture<ModelAnswer.Read>> reads = new ArrayList<>();
        for (Model.ViewInput input : model.views()) {
            QueryPlan plan = QueryPlan.of(input.view(), input.names(), atMillis, nowMillis);
            List<String> entities = entities(input, rows);
            reads.add(server.answer(plan, entities, nowMillis).thenApply(answers -> read(input, entities, answers)));
        }
        long at = atMillis == null ? nowMillis : atMillis;
        CompletableFuture<Map<String, Snapshot>> references = references(model, at, nowMillis);
        CompletableFuture<Void> all = CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new));
        return all.thenCombine(references, (done, snapshots) -> {
            List<ModelAnswer.Read> found =
                    reads.stream().map(CompletableFuture::join).toList();
            List<Freshness> parts = found.stream()
                    .map(read -> Freshness.of(read.input().view(), read.progress(), nowMillis))
                    .toList();
            return new ModelAnswer(model, at, rows, found, snapshots, parts.isEmpty() ? null : Freshness.ofAll(parts));
        });
    }

    private CompletableFuture<Map<String, Snapshot>> references(Model model, long atMillis, long nowMillis) {
        if (!model.references().isEmpty()) {
            QueryPlan.checkHasCome(atMillis, nowMillis);
        }
        return StoreUnavailable.wrap(snapshots
                .effective(model.referenceNames(), atMillis, atMillis)
                .thenApply(found -> Snapshots.at(found, atMillis)));
    }

    /** How many entities of all views the rows need: what a request costs. */
    public static int reads(Model model, List<ModelRow> rows) {
        return model.views().stream()
                .mapToInt(input -> entities(input, rows).size())
                .sum();
    }

    private static List<String> entities(Model.ViewInput input, List<ModelRow> rows) {
        return rows.stream().map(row -> row.entity(input)).distinct().toList();
    }

    private static ModelAnswer.Read read(Model.ViewInput input, List<String> entities, List<Answer> answers) {
        Map<String, Answer> byEntity = new LinkedHashMap<>();
        for (int i = 0; i < entities.size(); i++) {
            byEntity.put(entities.get(i), answers.get(i));
        }
        Answer first = answers.get(0);
        return new ModelAnswer.Read(input, first.plan(), first.progress(), byEntity);
    }
}
