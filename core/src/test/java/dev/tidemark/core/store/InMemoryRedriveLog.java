package dev.tidemark.core.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** A redrive log that answers at once. */
public final class InMemoryRedriveLog implements RedriveLog {

    public final List<Manifest> manifests = new ArrayList<>();
    public final Set<Long> done = new TreeSet<>();
    public final Map<String, Repairs> repairs = new HashMap<>();

    @Override
    public synchronized CompletableFuture<Known> known() {
        return CompletableFuture.completedFuture(new Known(manifests.size(), done));
    }

    @Override
    public synchronized CompletableFuture<Manifest> read(long number) {
        return CompletableFuture.completedFuture(manifests.get((int) number - 1));
    }

    @Override
    public synchronized CompletableFuture<Boolean> append(Manifest manifest) {
        if (manifest.number() > manifests.size() + 1) {
            throw new AssertionError("manifest " + manifest.number() + " after " + manifests.size());
        }
        if (manifest.number() <= manifests.size()) {
            return CompletableFuture.completedFuture(
                    manifests.get((int) manifest.number() - 1).equals(manifest));
        }
        manifests.add(manifest);
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public synchronized CompletableFuture<Void> finish(long number, long timeMillis) {
        done.add(number);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletableFuture<Repairs> settle(Repairs proposed) {
        repairs.putIfAbsent(proposed.viewVersion(), proposed);
        return CompletableFuture.completedFuture(Objects.requireNonNull(repairs.get(proposed.viewVersion())));
    }

    @Override
    public synchronized CompletableFuture<Optional<Repairs>> repairs(String viewVersion) {
        return CompletableFuture.completedFuture(Optional.ofNullable(repairs.get(viewVersion)));
    }
}
