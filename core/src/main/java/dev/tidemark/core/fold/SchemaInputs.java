package dev.tidemark.core.fold;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.RegisteredSchema;
import dev.tidemark.core.event.RegistryDecoder;
import dev.tidemark.core.reference.Snapshots;
import dev.tidemark.core.store.SchemaRegistry;
import dev.tidemark.core.store.SchemaStore;
import dev.tidemark.core.stream.RawRecord;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Teaches the decoders of sources with a schema registry the schemas that records name, from their copies. Only the fold of
 * live batches has a registry to ask for what was never copied.
 */
public final class SchemaInputs implements Inputs {

    private final SchemaStore copies;
    private final SchemaRegistry registry;
    private final Inputs others;

    /** For all who read what was folded: no registry is asked. */
    public SchemaInputs(SchemaStore copies, Inputs others) {
        this(copies, SchemaInputs::isLost, others);
    }

    /** @param others what reading records needs besides */
    public SchemaInputs(SchemaStore copies, SchemaRegistry registry, Inputs others) {
        this.copies = copies;
        this.registry = registry;
        this.others = others;
    }

    @Override
    public CompletableFuture<Ready> prepare(Catalog.Source source, List<RawRecord> records) {
        if (!(source.format().decoder() instanceof RegistryDecoder decoder)) {
            return others.prepare(source, records);
        }
        Set<String> missing = new LinkedHashSet<>();
        for (RawRecord record : records) {
            if (!record.repaired()) {
                decoder.missing(record.data()).ifPresent(missing::add);
            }
        }
        return Flight.inOrder(List.copyOf(missing), id -> schema(id).thenAccept(decoder::learn))
                .thenCompose(learned -> others.prepare(source, records));
    }

    @Override
    public CompletableFuture<Map<String, Snapshots>> effective(List<String> names, long fromMillis, long toMillis) {
        return others.effective(names, fromMillis, toMillis);
    }

    /** What is stored counts, whatever the registry says: of two who ask at once, one comes first. */
    private CompletableFuture<RegisteredSchema> schema(String id) {
        return copies.read(id)
                .thenCompose(found -> found.map(CompletableFuture::completedFuture)
                        .orElseGet(() -> registry.schema(id).thenCompose(copies::keep)));
    }

    private static CompletableFuture<RegisteredSchema> isLost(String id) {
        return CompletableFuture.failedFuture(new IllegalStateException("schema " + id
                + " was not copied from the registry, which only the ingest function asks: if its copy was deleted, restore"
                + " it (the bucket keeps versions); if its events were archived before the source had the registry, put one"
                + " more event of that schema"));
    }
}
