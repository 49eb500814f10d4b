package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Packing;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Folds batches of records into the state, each record once although it may be delivered many times. docs/protocol.md
 * has the rules; this package keeps them:
 *
 * <pre>
 * lane row (L1 to L3, F2) ─► parse once ─► per view: quarantine (F3), items (F4, F5) ─┐
 *                       └──► archive, in parallel (F7) ───────────────────────────────┴─► done (F6) ─► lane row (F8)
 * </pre>
 *
 * Thread-safe: batches of different lanes, and even of the same lane, may be folded at once. It keeps only confirmed
 * copies of stored items.
 */
public final class BatchFold {

    private final Catalogs catalogs;
    private final FoldPorts ports;
    private final FoldSettings settings;
    private final ItemCache cache;
    private final Lanes lanes;
    private final Map<String, List<RowsPool>> pools = new ConcurrentHashMap<>();

    /** The same for one catalog. */
    public BatchFold(Catalog catalog, FoldPorts ports, FoldSettings settings) {
        this(Catalogs.of(catalog), ports, settings);
    }

    /** @param catalogs the views of both are folded, if the control row wants them */
    public BatchFold(Catalogs catalogs, FoldPorts ports, FoldSettings settings) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.settings = settings;
        this.cache = new ItemCache(settings.maxCacheBytes());
        this.lanes = new Lanes(ports.control(), ports.lineage(), ports.clockMillis(), settings, catalogs);
    }

    /**
     * Folds as much of a batch as it can. Never blocks; all requests it issued have been answered when the future
     * completes.
     *
     * @param stopAtMillis nothing is issued from this moment on, by the ports' clock (rule F9)
     * @return completes exceptionally only for a defect or a stream that no source of the catalog reads
     */
    public CompletableFuture<BatchOutcome> fold(Batch batch, long stopAtMillis) {
        List<RowsPool> ofStream = pools.computeIfAbsent(batch.lane().streamName(), this::pools);
        return new BatchRun(batch, ofStream, lanes, new RunContext(ports, settings, cache, stopAtMillis)).run();
    }

    /**
     * A batch as the stream delivers it, taken apart as the source's format says, for {@link #fold}. Jobs that fold the
     * archive need it not: it holds what came of this. The current catalog decides for as long as it reads the stream.
     */
    public Batch unpack(Batch delivered) {
        Packing packing = catalogs.packingOf(delivered.lane().streamName());
        return packing == null ? delivered : new Batch(delivered.lane(), packing.unpack(delivered.records()));
    }

    private List<RowsPool> pools(String stream) {
        List<RowsPool> found =
                catalogs.readingsOf(stream).stream().map(RowsPool::new).toList();
        if (found.isEmpty()) {
            throw new IllegalStateException("no source of the catalog reads stream '" + stream
                    + "'; add one, or remove the function's mapping to that stream");
        }
        return found;
    }
}
