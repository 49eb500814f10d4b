package dev.tidemark.core.store;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** A backfill log that answers at once. */
public class InMemoryBackfillLog implements BackfillLog {

    public final Map<String, Plan> plans = new HashMap<>();
    public final Map<String, Map<String, Done>> done = new HashMap<>();

    @Override
    public synchronized CompletableFuture<Plan> propose(Plan plan) {
        String key = key(plan.generation(), plan.viewVersion());
        plans.putIfAbsent(key, plan);
        return CompletableFuture.completedFuture(Objects.requireNonNull(plans.get(key)));
    }

    @Override
    public synchronized CompletableFuture<Map<String, Done>> done(String generation, String viewVersion) {
        return CompletableFuture.completedFuture(Map.copyOf(done.getOrDefault(key(generation, viewVersion), Map.of())));
    }

    @Override
    public synchronized CompletableFuture<Void> finish(String generation, String viewVersion, Done lane) {
        done.computeIfAbsent(key(generation, viewVersion), key -> new HashMap<>())
                .putIfAbsent(lane.laneId(), lane);
        return CompletableFuture.completedFuture(null);
    }

    private static String key(String generation, String viewVersion) {
        return generation + "/" + viewVersion;
    }
}
