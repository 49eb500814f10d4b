package dev.tidemark.aws.s3;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Reads single objects of any bucket, such as the profile of a training set. Thread-safe. */
public final class S3Reader {

    private final Supplier<S3AsyncClient> s3;

    /** @param s3 asked when something is read */
    public S3Reader(Supplier<S3AsyncClient> s3) {
        this.s3 = s3;
    }

    /**
     * Reads the beginning of an object.
     *
     * @param maxBytes no more are asked for
     * @return completes exceptionally as S3 does: for an object that is not there, also with a refusal, if the caller may not list
     */
    public CompletableFuture<byte[]> read(String bucket, String key, int maxBytes) {
        return s3.get()
                .getObject(
                        request -> request.bucket(bucket).key(key).range("bytes=0-" + (maxBytes - 1)),
                        AsyncResponseTransformer.toBytes())
                .thenApply(response -> response.asByteArrayUnsafe());
    }
}
