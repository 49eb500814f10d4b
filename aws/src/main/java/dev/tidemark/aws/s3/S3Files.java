package dev.tidemark.aws.s3;

import dev.tidemark.core.async.Failures;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.FileTransformerConfiguration;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Files that are kept in one bucket, each of up to the 5 GiB that one request takes. Thread-safe. */
public final class S3Files {

    private static final String SCHEME = "s3://";

    private final S3AsyncClient s3;
    private final String bucket;

    public S3Files(S3AsyncClient s3, String bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    /** What others call an object: {@code s3://bucket/key}. */
    public String address(String key) {
        return SCHEME + bucket + "/" + key;
    }

    /**
     * The other way round.
     *
     * @throws IllegalArgumentException if it is no address in this bucket
     */
    public String key(String address) {
        String start = address("");
        if (!address.startsWith(start)) {
            throw new IllegalArgumentException(address + " is not in " + start);
        }
        return address.substring(start.length());
    }

    /** The keys that begin with a prefix. */
    public CompletableFuture<List<String>> list(String prefix) {
        return s3.listObjectsV2(request -> request.bucket(bucket).prefix(prefix))
                .thenApply(response ->
                        response.contents().stream().map(object -> object.key()).toList());
    }

    /** Stores a file; what was there is replaced. */
    public CompletableFuture<Void> put(String key, Path file) {
        return s3.putObject(request -> request.bucket(bucket).key(key), AsyncRequestBody.fromFile(file))
                .thenAccept(stored -> {});
    }

    /**
     * Reads an object into a file; what was there is replaced.
     *
     * @return false if there is no such object
     */
    public CompletableFuture<Boolean> get(String key, Path file) {
        return s3.getObject(
                        request -> request.bucket(bucket).key(key),
                        AsyncResponseTransformer.toFile(
                                file, FileTransformerConfiguration.defaultCreateOrReplaceExisting()))
                .thenApply(response -> true)
                .exceptionallyCompose(failure -> Failures.cause(failure) instanceof NoSuchKeyException
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(failure));
    }
}
