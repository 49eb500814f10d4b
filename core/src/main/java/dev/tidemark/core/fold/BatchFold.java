package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventReader;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.stream.Batch;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Folds batches of records into the state, each record once although it may be delivered many times. docs/protocol.md
 * has the rules; this package keeps them:
 *
 * <pre>
 * lane row (L1 to L3, F2) ─► parse once ─► per view: quarantine (F3), items (F4, F5) ─┐
 *                       └──► archive, in parallel (F7) ───────────────────────────────┴─► done (F6) ─► lane row (F8)
 * </pre>
 *
 * Thread-safe: batches of different lanes, and even of the same lane, may be folded at once. It keeps no state that
 * matters, only confirmed copies of stored items.
 */
public final class BatchFold {

    private final Catalog catalog;
    private final FoldPorts ports;
    private final FoldSettings settings;
    private final ItemCache cache;
    private final Lanes lanes;
    private final Map<String, RowsPool> pools = new ConcurrentHashMap<>();
    private final Function<EventShape, EventReader> readers;

    /**
     * @param readers makes a reader for a source's events; called once per concurrent batch
     */
    public BatchFold(
            Catalog catalog, Function<EventShape, EventReader> readers, FoldPorts ports, FoldSettings settings) {
        this.catalog = catalog;
        this.readers = readers;
        this.ports = ports;
        this.settings = settings;
        this.cache = new ItemCache(settings.maxCacheBytes());
        this.lanes = new Lanes(ports.control(), ports.lineage(), settings, catalog);
    }

    /**
     * Folds a batch as far as it can. Never blocks; all requests it issued have been answered when the future
     * completes.
     *
     * @param stopAtMillis the moment, by the ports' clock, from which on nothing further is issued (rule F9)
     * @return completes exceptionally only for a defect or a stream that no source of the catalog reads
     */
    public CompletableFuture<BatchOutcome> fold(Batch batch, long stopAtMillis) {
        String stream = batch.lane().streamName();
        Catalog.Source source = catalog.sourceOfStream(stream)
                .orElseThrow(() -> new IllegalStateException("no source of the catalog reads stream '" + stream
                        + "'; add one, or remove the function's mapping to that stream"));
        RowsPool pool = pools.computeIfAbsent(
                source.name(),
                name -> new RowsPool(() -> new BatchRows(source.shape(), readers.apply(source.shape()))));
        return new BatchRun(batch, catalog.viewsOf(source), lanes, pool, cache, ports, settings, stopAtMillis).run();
    }
}
