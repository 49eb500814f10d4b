package dev.tidemark.core.change;

import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.store.RedriveLog.Claim;
import dev.tidemark.core.store.RedriveLog.Manifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The records claimed by the manifests read so far. A manifest never changes, so each is read once; only its records'
 * keys are kept. One call at a time.
 */
public final class Claims {

    private final RedriveLog log;
    private final Map<Claim, Long> manifests = new HashMap<>();
    private final Set<Long> done = new HashSet<>();
    private long last;

    /** Nothing is read yet. */
    public Claims(RedriveLog log) {
        this.log = log;
    }

    /** Reads the manifests added since the last call, and which of all are done. */
    public CompletableFuture<Void> catchUp() {
        return log.known().thenCompose(known -> {
            done.addAll(known.done());
            return log.each(last + 1, known.last(), manifest -> {
                add(manifest);
                return CompletableFuture.completedFuture(null);
            });
        });
    }

    void add(Manifest manifest) {
        manifest.entries().forEach(entry -> manifests.put(entry.claim(), manifest.number()));
        last = manifest.number();
    }

    /** The number of the manifest that claims a quarantined record; empty if none does. */
    public OptionalLong manifestOf(Quarantine.Entry entry) {
        @Nullable Long number = manifests.get(Claim.of(entry));
        return number == null ? OptionalLong.empty() : OptionalLong.of(number);
    }

    /** Whether all records of a manifest are folded. */
    public boolean isDone(long number) {
        return done.contains(number);
    }

    /** The number of the last manifest; 0 if there is none. */
    public long last() {
        return last;
    }

    /** The numbers of the manifests that are not done, ascending. */
    public List<Long> open() {
        List<Long> open = new ArrayList<>();
        for (long number = 1; number <= last; number++) {
            if (!isDone(number)) {
                open.add(number);
            }
        }
        return open;
    }
}
