package dev.tidemark.core.store;

import dev.tidemark.core.event.RegisteredSchema;
import java.util.concurrent.CompletableFuture;

/** Where producers register the schemas that their events name. */
@FunctionalInterface
public interface SchemaRegistry {

    /** Completes exceptionally if the registry does not answer, or not for good. */
    CompletableFuture<RegisteredSchema> schema(String id);
}
