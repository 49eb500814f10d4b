package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects of one bucket that are written once and never changed. */
final class S3Objects {

    private static final int PRECONDITION_FAILED = 412;
    private static final int CONFLICT = 409;

    private final S3AsyncClient s3;
    private final String bucket;
    private final Backoff backoff;

    S3Objects(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.s3 = s3;
        this.bucket = bucket;
        this.backoff = backoff;
    }

    /**
     * Completes once an object is stored under the key: this one, or one that was there before. A retry of the SDK that
     * meets its own first attempt is thereby a success.
     *
     * @param body not copied; nobody may change it
     */
    CompletableFuture<Void> putOnce(String key, String contentType, byte[] body) {
        PutObjectRequest request = PutObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .contentType(contentType)
                .ifNoneMatch("*")
                .build();
        return putOnce(request, body, 0);
    }

    CompletableFuture<byte[]> get(String key) {
        return s3.getObject(request -> request.bucket(bucket).key(key), AsyncResponseTransformer.toBytes())
                .thenApply(response -> response.asByteArrayUnsafe());
    }

    private CompletableFuture<Void> putOnce(PutObjectRequest request, byte[] body, int conflicts) {
        return s3.putObject(request, AsyncRequestBody.fromBytesUnsafe(body))
                .thenAccept(stored -> {})
                .exceptionallyCompose(failure -> afterFailure(request, body, conflicts, failure));
    }

    /** 409 says that another conditional write to the same key was under way: ask again who has won. */
    private CompletableFuture<Void> afterFailure(
            PutObjectRequest request, byte[] body, int conflicts, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        int status = cause instanceof S3Exception answer ? answer.statusCode() : 0;
        if (status == PRECONDITION_FAILED) {
            return CompletableFuture.completedFuture(null);
        }
        if (status == CONFLICT && conflicts + 1 < Backoff.MAX_ATTEMPTS) {
            return backoff.pause(conflicts + 1).thenCompose(paused -> putOnce(request, body, conflicts + 1));
        }
        return CompletableFuture.failedFuture(cause);
    }
}
