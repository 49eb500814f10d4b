package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * What was found of each model when it had changed: {@code monitor/<generation>/<model>/<milliseconds since the epoch>.json}.
 * Objects are written once and never changed; the newest says how things are. Thread-safe.
 */
public final class S3MonitorLog {

    private static final String ROOT = "monitor/";
    private static final String CONTENT_TYPE = "application/json";

    private final S3Objects objects;

    public S3MonitorLog(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    /** What was written last about a model; empty if nothing was. */
    public CompletableFuture<Optional<String>> newest(String generation, String model) {
        return objects.listAll(prefix(generation, model), null, null).thenCompose(found -> newest(found));
    }

    private CompletableFuture<Optional<String>> newest(List<S3Objects.Found> found) {
        return found.isEmpty()
                ? CompletableFuture.completedFuture(Optional.empty())
                : objects.get(found.get(found.size() - 1).key())
                        .thenApply(bytes -> Optional.of(new String(bytes, StandardCharsets.UTF_8)));
    }

    /** Writes once; what is there for this moment stays. */
    public CompletableFuture<Void> write(String generation, String model, long atMillis, String json) {
        String key = prefix(generation, model) + String.format(Locale.ROOT, "%013d", atMillis) + ".json";
        return objects.putOnce(key, CONTENT_TYPE, json.getBytes(StandardCharsets.UTF_8))
                .thenAccept(stored -> {});
    }

    private static String prefix(String generation, String model) {
        return ROOT + generation + "/" + model + "/";
    }
}
