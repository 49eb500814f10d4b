package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.store.MonitorLog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * What was found of each model of a generation, when it had changed: {@code monitor/<generation>/<model>/<milliseconds since the
 * epoch>.json}; and of its logged vectors, each time: {@code vectors/…}. Thread-safe.
 */
public final class S3MonitorLog implements MonitorLog {

    private static final String CONTENT_TYPE = "application/json";
    private static final String END = ".json";

    private final S3Objects objects;
    private final String root;

    private S3MonitorLog(S3Objects objects, String root) {
        this.objects = objects;
        this.root = root;
    }

    /** Of the models. */
    public static S3MonitorLog ofModels(S3AsyncClient s3, String bucket, String generation, Backoff backoff) {
        return new S3MonitorLog(new S3Objects(s3, bucket, backoff), "monitor/" + generation + "/");
    }

    /** Of logged vectors. */
    public static S3MonitorLog ofVectors(S3AsyncClient s3, String bucket, String generation, Backoff backoff) {
        return new S3MonitorLog(new S3Objects(s3, bucket, backoff), "vectors/" + generation + "/");
    }

    @Override
    public CompletableFuture<Optional<Found>> newest(String model, long afterMillis) {
        return objects.listAll(prefix(model), key(model, afterMillis), null).thenCompose(this::newest);
    }

    private CompletableFuture<Optional<Found>> newest(List<S3Objects.Found> found) {
        if (found.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        String key = found.get(found.size() - 1).key();
        long atMillis = Long.parseLong(key.substring(key.lastIndexOf('/') + 1, key.length() - END.length()));
        return objects.get(key)
                .thenApply(bytes -> Optional.of(new Found(atMillis, new String(bytes, StandardCharsets.UTF_8))));
    }

    @Override
    public CompletableFuture<Void> write(String model, long atMillis, String text) {
        return objects.putOnce(key(model, atMillis), CONTENT_TYPE, text.getBytes(StandardCharsets.UTF_8))
                .thenAccept(stored -> {});
    }

    private String key(String model, long atMillis) {
        return prefix(model) + String.format(Locale.ROOT, "%013d", atMillis) + END;
    }

    private String prefix(String model) {
        return root + model + "/";
    }
}
