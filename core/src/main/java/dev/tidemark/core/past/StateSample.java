package dev.tidemark.core.past;

import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.StateScan;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Some entities of the state, chosen by a seed. Reads pages from parts of the table until there are enough, so the cost
 * does not grow with the table; other seeds see other parts.
 */
public final class StateSample {

    private static final int MIN_PARTS = 16;

    private final StateScan scan;
    private final Map<String, View> views = new HashMap<>();
    private final int size;
    private final long seed;
    private final int parts;

    /**
     * @param views whose entities are wanted
     * @param size how many entities, over all views, at most
     */
    public StateSample(StateScan scan, List<View> views, int size, long seed) {
        this.scan = scan;
        views.forEach(view -> this.views.put(view.version(), view));
        this.size = size;
        this.seed = seed;
        this.parts = MIN_PARTS + Math.floorMod(mix(seed), MIN_PARTS);
    }

    /** An entity of a view. */
    private record Chosen(String version, String entity) {}

    /** The entities by view, each once; fewer than wanted if there are not enough. */
    public CompletableFuture<Map<View, List<String>>> choose() {
        Comparator<Chosen> order = Comparator.comparingLong((Chosen chosen) -> mix(seed ^ chosen.hashCode()))
                .thenComparing(Chosen::version)
                .thenComparing(Chosen::entity);
        return read(0, new TreeSet<>(order));
    }

    private CompletableFuture<Map<View, List<String>>> read(int count, NavigableSet<Chosen> found) {
        if (count == parts || found.size() >= size) {
            return CompletableFuture.completedFuture(byView(found));
        }
        int part = (int) Math.floorMod(seed + count, (long) parts);
        return scan.scan(part, parts, null).thenCompose(page -> {
            for (ItemStore.Found item : page.items()) {
                if (views.containsKey(item.key().viewVersion())) {
                    found.add(new Chosen(item.key().viewVersion(), item.key().entity()));
                }
            }
            return read(count + 1, found);
        });
    }

    private Map<View, List<String>> byView(NavigableSet<Chosen> found) {
        Map<View, List<String>> byView = new HashMap<>();
        found.stream().limit(size).forEach(chosen -> {
            View view = views.get(chosen.version());
            if (view != null) {
                byView.computeIfAbsent(view, absent -> new ArrayList<>()).add(chosen.entity());
            }
        });
        return byView;
    }

    /** SplitMix64's finalizer: neighbouring seeds give unrelated numbers. */
    static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
