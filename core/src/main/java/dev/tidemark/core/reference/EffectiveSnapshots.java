package dev.tidemark.core.reference;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Finds the snapshots of references by when they are effective (rule X1). */
public interface EffectiveSnapshots {

    /**
     * Those that are effective in a stretch of time, both ends inclusive.
     *
     * @param names of references
     * @return by name; completes exceptionally if they cannot be had now, with {@link NoSnapshot} if a reference has none
     */
    CompletableFuture<Map<String, Snapshots>> effective(List<String> names, long fromMillis, long toMillis);
}
