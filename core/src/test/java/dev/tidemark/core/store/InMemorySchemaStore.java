package dev.tidemark.core.store;

import dev.tidemark.core.event.RegisteredSchema;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

public final class InMemorySchemaStore implements SchemaStore {

    public final Map<String, RegisteredSchema> schemas = new ConcurrentHashMap<>();

    @Override
    public CompletableFuture<Optional<RegisteredSchema>> read(String id) {
        return CompletableFuture.completedFuture(Optional.ofNullable(schemas.get(id)));
    }

    @Override
    public CompletableFuture<RegisteredSchema> keep(RegisteredSchema schema) {
        schemas.putIfAbsent(schema.id(), schema);
        return CompletableFuture.completedFuture(schemas.get(schema.id()));
    }
}
