package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.event.RegisteredSchema;
import dev.tidemark.core.store.SchemaStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Copies of a registry's schemas on S3, sealed: {@code schemas/<id>.json}. Thread-safe. */
public final class S3SchemaStore implements SchemaStore {

    private static final String ROOT = "schemas/";

    private final S3Objects objects;

    public S3SchemaStore(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    /** A listing says whether it is there: S3 denies what is missing to those who may not list the whole bucket. */
    @Override
    public CompletableFuture<Optional<RegisteredSchema>> read(String id) {
        String key = key(id);
        return objects.list(key, null, 1)
                .thenCompose(page -> page.keys().contains(key)
                        ? stored(id).thenApply(Optional::of)
                        : CompletableFuture.completedFuture(Optional.empty()));
    }

    @Override
    public CompletableFuture<RegisteredSchema> keep(RegisteredSchema schema) {
        return objects.putOnce(key(schema.id()), "application/json", write(schema))
                .thenCompose(isNew -> stored(schema.id()));
    }

    private CompletableFuture<RegisteredSchema> stored(String id) {
        String key = key(id);
        return objects.get(key).thenApply(bytes -> read(key, bytes));
    }

    static byte[] write(RegisteredSchema schema) {
        return SealedJson.write(out -> {
            out.writeStringField("schema", schema.id());
            if (schema.text() != null) {
                out.writeStringField("text", schema.text());
            } else {
                out.writeStringField("refused", schema.refused());
            }
        });
    }

    static RegisteredSchema read(String key, byte[] bytes) {
        RegisteredSchema schema = SealedJson.read(key, bytes, object -> {
            String id = object.text("schema");
            return object.names().contains("text")
                    ? RegisteredSchema.of(id, object.text("text"))
                    : RegisteredSchema.refused(id, object.text("refused"));
        });
        if (!key.equals(key(schema.id()))) {
            throw new InvalidObjectException(key + " holds schema " + schema.id() + ": it was moved or copied");
        }
        return schema;
    }

    /** Where a schema's copy is stored. */
    public static String key(String id) {
        return ROOT + id + Numbered.JSON;
    }
}
