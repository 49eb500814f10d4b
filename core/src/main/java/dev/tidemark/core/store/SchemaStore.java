package dev.tidemark.core.store;

import dev.tidemark.core.event.RegisteredSchema;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Copies of what a schema registry said, by id. Each is written on absence before an event that names it is folded or
 * archived, and never changed or deleted: so nobody but the fold asks a registry, and all decode alike.
 */
public interface SchemaStore {

    /** Strongly consistent. */
    CompletableFuture<Optional<RegisteredSchema>> read(String id);

    /**
     * Stores a schema unless there is one with its id.
     *
     * @return the one that is stored: another process may have been told something else, and came first
     */
    CompletableFuture<RegisteredSchema> keep(RegisteredSchema schema);
}
