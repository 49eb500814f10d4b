package dev.tidemark.core.change;

import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.view.View;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Two versions of a view side by side: their values for the same entities at the same moment, as the query function
 * computes them.
 */
public final class Comparison {

    /** How many differing entities are kept for each feature. */
    private static final int MAX_EXAMPLES = 3;

    /** How many entities are queried at once. */
    private static final int CHUNK = 50;

    private final FeatureServer server;

    /** @param server knows both versions */
    public Comparison(FeatureServer server) {
        this.server = server;
    }

    /** An entity for which a feature has two values. */
    public record Example(
            String entity,
            @Nullable Object before,
            @Nullable Object after) {}

    /**
     * One feature that both versions have.
     *
     * @param equal for how many entities the values are equal
     * @param different for how many they differ
     * @param examples the first few of those
     */
    public record FeatureDifference(String name, int equal, int different, List<Example> examples) {

        public FeatureDifference {
            examples = List.copyOf(examples);
        }
    }

    /**
     * What was found.
     *
     * @param atMillis the moment asked about
     * @param complete whether each version is complete, the old one first
     * @param features in the order of the old version
     * @param dropped what only the old version has
     * @param added what only the new version has
     */
    public record Report(
            View before,
            View after,
            long atMillis,
            int entities,
            List<Boolean> complete,
            List<FeatureDifference> features,
            List<String> dropped,
            List<String> added) {

        public Report {
            complete = List.copyOf(complete);
            features = List.copyOf(features);
            dropped = List.copyOf(dropped);
            added = List.copyOf(added);
        }
    }

    /**
     * Compares.
     *
     * @param entities canonical texts, not empty
     * @param nowMillis the moment
     */
    public CompletableFuture<Report> compare(View before, View after, List<String> entities, long nowMillis) {
        QueryPlan planBefore = QueryPlan.of(before, null, null, nowMillis);
        QueryPlan planAfter = QueryPlan.of(after, null, null, nowMillis);
        List<Answer> old = new ArrayList<>();
        List<Answer> fresh = new ArrayList<>();
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (int from = 0; from < entities.size(); from += CHUNK) {
            List<String> chunk = entities.subList(from, Math.min(entities.size(), from + CHUNK));
            chain = chain.thenCompose(ignored -> server.answer(planBefore, chunk, nowMillis))
                    .thenAccept(old::addAll)
                    .thenCompose(ignored -> server.answer(planAfter, chunk, nowMillis))
                    .thenAccept(fresh::addAll);
        }
        return chain.thenApply(ignored -> report(before, after, nowMillis, old, fresh));
    }

    private static Report report(View before, View after, long nowMillis, List<Answer> old, List<Answer> fresh) {
        List<String> namesBefore = before.valueNames();
        List<String> namesAfter = after.valueNames();
        List<FeatureDifference> features = namesBefore.stream()
                .filter(namesAfter::contains)
                .map(name -> difference(name, old, fresh))
                .toList();
        return new Report(
                before,
                after,
                nowMillis,
                old.size(),
                List.of(isComplete(old), isComplete(fresh)),
                features,
                without(namesBefore, namesAfter),
                without(namesAfter, namesBefore));
    }

    private static boolean isComplete(List<Answer> answers) {
        return answers.stream().allMatch(answer -> answer.progress().isComplete());
    }

    private static List<String> without(List<String> names, List<String> others) {
        Set<String> left = new LinkedHashSet<>(names);
        others.forEach(left::remove);
        return List.copyOf(left);
    }

    private static FeatureDifference difference(String name, List<Answer> old, List<Answer> fresh) {
        Map<String, Example> different = new LinkedHashMap<>();
        for (int i = 0; i < old.size(); i++) {
            Object before = old.get(i).values().get(name);
            Object after = fresh.get(i).values().get(name);
            if (!isSame(before, after)) {
                different.put(old.get(i).entity(), new Example(old.get(i).entity(), before, after));
            }
        }
        return new FeatureDifference(
                name,
                old.size() - different.size(),
                different.size(),
                different.values().stream().limit(MAX_EXAMPLES).toList());
    }

    /** 1.0 and 1.00 are one number. */
    private static boolean isSame(@Nullable Object before, @Nullable Object after) {
        if (before instanceof BigDecimal a && after instanceof BigDecimal b) {
            return a.compareTo(b) == 0;
        }
        return Objects.equals(before, after);
    }
}
