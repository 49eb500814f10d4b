package dev.tidemark.core.fold;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.reference.LookUp;
import dev.tidemark.core.reference.NoSnapshot;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.SnapshotRows;
import dev.tidemark.core.reference.Snapshots;
import dev.tidemark.core.store.ReferenceLog;
import dev.tidemark.core.store.ReferenceLog.Manifest;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Brings the snapshots of references (rule X1). It knows the manifests that it has read, and reads the list again only for
 * records that arrived so late that a snapshot it does not know could be effective for them. Thread-safe: one for a process.
 *
 * <p>Why an old list suffices for a while: a snapshot that was not in the list when this was read was stored later, and is
 * effective so much later than its publication as the last known one says. Half of that is left for what clocks differ and
 * for a write that lands late.
 */
public final class ReferenceInputs implements Inputs {

    /** How many snapshots of a reference stay in memory: the effective one, the next, and one for a replay. */
    private static final int KEPT = 3;

    private final ReferenceLog log;
    private final LongSupplier clockMillis;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Map<Long, CompletableFuture<Snapshot>>> snapshots = new ConcurrentHashMap<>();

    /**
     * The manifests of one reference.
     *
     * @param readMillis before the list was read, by this process's clock
     */
    private record Known(List<Manifest> manifests, long readMillis) {

        static final Known NOTHING = new Known(List.of(), 0);

        /** Whether no other snapshot can be effective for what arrives until a moment. */
        boolean decides(long arrivalMillis) {
            return !manifests.isEmpty() && arrivalMillis <= readMillis + last().nextAfterMillis() / 2;
        }

        Manifest last() {
            return manifests.get(manifests.size() - 1);
        }
    }

    /** @param clockMillis wall clock; what is looked up never depends on it */
    public ReferenceInputs(ReferenceLog log, LongSupplier clockMillis) {
        this.log = log;
        this.clockMillis = clockMillis;
    }

    @Override
    public CompletableFuture<Ready> prepare(Catalog.Source source, List<RawRecord> records) {
        if (source.lookUps().isEmpty() || records.isEmpty()) {
            return NONE.prepare(source, records);
        }
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        for (RawRecord record : records) {
            from = Math.min(from, record.arrivalMillis());
            to = Math.max(to, record.arrivalMillis());
        }
        return effective(
                        source.lookUps().stream()
                                .map(LookUp::reference)
                                .distinct()
                                .toList(),
                        from,
                        to)
                .thenApply(Ready::new);
    }

    @Override
    public CompletableFuture<Map<String, Snapshots>> effective(List<String> names, long fromMillis, long toMillis) {
        Map<String, Snapshots> found = new LinkedHashMap<>();
        return Flight.inOrder(
                        names,
                        name -> decided(name, toMillis)
                                .thenCompose(manifests -> load(among(manifests, fromMillis, toMillis)))
                                .thenAccept(list -> found.put(name, new Snapshots(list))))
                .thenApply(loaded -> found);
    }

    private CompletableFuture<List<Manifest>> decided(String name, long arrivalMillis) {
        Known before = known.getOrDefault(name, Known.NOTHING);
        return before.decides(arrivalMillis)
                ? CompletableFuture.completedFuture(before.manifests())
                : readAgain(name, before).thenApply(now -> {
                    known.put(name, now);
                    check(name, now, arrivalMillis);
                    return now.manifests();
                });
    }

    private CompletableFuture<Known> readAgain(String name, Known before) {
        long nowMillis = clockMillis.getAsLong();
        List<Manifest> manifests = new ArrayList<>(before.manifests());
        return log.last(name, manifests.size())
                .thenCompose(last -> {
                    List<Long> numbers = new ArrayList<>();
                    for (long number = manifests.size() + 1L; number <= last; number++) {
                        numbers.add(number);
                    }
                    return Flight.inOrder(
                            numbers, number -> log.read(name, number).thenAccept(manifests::add));
                })
                .thenApply(read -> new Known(List.copyOf(manifests), nowMillis));
    }

    private static void check(String name, Known now, long arrivalMillis) {
        if (now.manifests().isEmpty()) {
            throw new NoSnapshot(name);
        }
        if (!now.decides(arrivalMillis)) {
            throw new IllegalStateException("records arrived at " + arrivalMillis + ", which is too far after "
                    + now.readMillis() + ", the time of this process's clock, to know which snapshot of reference '"
                    + name
                    + "' is effective: correct the clock");
        }
    }

    /** Those effective at the two moments and between. */
    private static List<Manifest> among(List<Manifest> manifests, long fromMillis, long toMillis) {
        int first = 0;
        int last = 0;
        for (int i = 1; i < manifests.size(); i++) {
            first = manifests.get(i).effectiveMillis() <= fromMillis ? i : first;
            last = manifests.get(i).effectiveMillis() <= toMillis ? i : last;
        }
        return manifests.subList(first, last + 1);
    }

    private CompletableFuture<List<Snapshot>> load(List<Manifest> manifests) {
        List<Snapshot> loaded = new ArrayList<>();
        return Flight.inOrder(manifests, manifest -> load(manifest).thenAccept(loaded::add))
                .thenApply(all -> loaded);
    }

    private CompletableFuture<Snapshot> load(Manifest manifest) {
        Map<Long, CompletableFuture<Snapshot>> kept =
                snapshots.computeIfAbsent(manifest.name(), name -> new LinkedHashMap<>(KEPT, 0.75f, true));
        synchronized (kept) {
            CompletableFuture<Snapshot> loading = kept.get(manifest.number());
            if (loading == null || loading.isCompletedExceptionally()) {
                loading = log.rows(manifest).thenApply(rows -> snapshot(manifest, rows));
                kept.put(manifest.number(), loading);
                if (kept.size() > KEPT) {
                    kept.remove(kept.keySet().iterator().next());
                }
            }
            return loading;
        }
    }

    private static Snapshot snapshot(Manifest manifest, byte[] rows) {
        long effectiveMillis = manifest.number() == 1 ? Snapshot.ALWAYS : manifest.effectiveMillis();
        return new Snapshot(manifest.number(), effectiveMillis, SnapshotRows.read(rows));
    }
}
