package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.store.TrainingLog;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The training logs on S3: {@code training/<model>/log/<number>.json}, sealed, written once and never changed. Thread-safe.
 */
public final class S3TrainingLog implements TrainingLog {

    private static final String ROOT = "training/";
    private static final String LOG = "/log/";

    private final S3Objects objects;

    public S3TrainingLog(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    @Override
    public CompletableFuture<Long> last(String model, long after) {
        return Numbered.last(objects, prefix(model), after, number -> key(model, number));
    }

    @Override
    public CompletableFuture<Entry> read(String model, long number) {
        String key = key(model, number);
        return objects.get(key).thenApply(bytes -> read(model, number, bytes));
    }

    private static Entry read(String model, long number, byte[] bytes) {
        Entry entry = TrainingLogJson.read(key(model, number), model, bytes);
        if (entry.number() != number) {
            throw new InvalidObjectException(
                    key(model, number) + " holds entry " + entry.number() + ": it was moved or copied");
        }
        return entry;
    }

    @Override
    public CompletableFuture<Boolean> append(String model, Entry entry) {
        return Numbered.append(
                objects, key(model, entry.number()), "application/json", TrainingLogJson.write(model, entry));
    }

    private static String prefix(String model) {
        return ROOT + model + LOG;
    }

    /** Where an entry is stored. */
    public static String key(String model, long number) {
        return prefix(model) + Numbered.digits(number) + Numbered.JSON;
    }
}
