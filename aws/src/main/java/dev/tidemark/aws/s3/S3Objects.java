package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.async.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

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
     * Lists keys.
     *
     * @param after only keys that sort after this one; null for all
     * @param limit how many keys at most, from 1 to 1,000
     */
    CompletableFuture<KeyPage> list(String prefix, @Nullable String after, int limit) {
        if (limit < 1 || limit > KeyPage.MAX_KEYS) {
            throw new IllegalArgumentException("a page of " + limit + " keys; S3 lists 1 to 1,000 at a time");
        }
        ListObjectsV2Request request = ListObjectsV2Request.builder()
                .bucket(bucket)
                .prefix(prefix)
                .startAfter(after)
                .maxKeys(limit)
                .build();
        return s3.listObjectsV2(request).thenApply(response -> {
            List<String> keys = response.contents().stream().map(S3Object::key).toList();
            boolean more = Boolean.TRUE.equals(response.isTruncated()) && !keys.isEmpty();
            return new KeyPage(keys, more ? keys.get(keys.size() - 1) : null);
        });
    }

    /** An object as it is listed. */
    record Found(String key, long bytes) {}

    /**
     * Lists all objects in a range, however many pages that takes.
     *
     * @param after only keys that sort after this one; null for all
     * @param end only keys that sort before this one; null for all
     */
    CompletableFuture<List<Found>> listAll(String prefix, @Nullable String after, @Nullable String end) {
        return listAll(prefix, after, end, new ArrayList<>());
    }

    private CompletableFuture<List<Found>> listAll(
            String prefix, @Nullable String after, @Nullable String end, List<Found> found) {
        return s3.listObjectsV2(request -> request.bucket(bucket).prefix(prefix).startAfter(after))
                .thenCompose(response -> {
                    String last = null;
                    for (S3Object object : response.contents()) {
                        last = object.key();
                        if (end != null && last.compareTo(end) >= 0) {
                            return CompletableFuture.completedFuture(found);
                        }
                        found.add(new Found(last, object.size()));
                    }
                    return last == null || !Boolean.TRUE.equals(response.isTruncated())
                            ? CompletableFuture.completedFuture(found)
                            : listAll(prefix, last, end, found);
                });
    }

    /**
     * Completes once an object is stored under the key: this one, or one that was there before. So an SDK retry that
     * meets its own first attempt is a success.
     *
     * @param body not copied; nobody may change it
     * @return false if there was an object before, perhaps this one
     */
    CompletableFuture<Boolean> putOnce(String key, String contentType, byte[] body) {
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

    /** Completes once none of the objects is there; exceptionally when that is not certain of all. */
    CompletableFuture<Void> deleteAll(List<String> keys) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        int page = Math.min(keys.size(), KeyPage.MAX_KEYS);
        List<ObjectIdentifier> objects = keys.subList(0, page).stream()
                .map(key -> ObjectIdentifier.builder().key(key).build())
                .toList();
        return s3.deleteObjects(request -> request.bucket(bucket)
                        .delete(wanted -> wanted.objects(objects).quiet(true)))
                .thenCompose(response -> response.errors().isEmpty()
                        ? deleteAll(keys.subList(page, keys.size()))
                        : CompletableFuture.failedFuture(notDeleted(response.errors())));
    }

    private static IllegalStateException notDeleted(List<S3Error> errors) {
        S3Error first = errors.get(0);
        return new IllegalStateException("S3 did not delete " + errors.size() + " objects, " + first.key() + " because "
                + first.code() + ": " + first.message());
    }

    private CompletableFuture<Boolean> putOnce(PutObjectRequest request, byte[] body, int conflicts) {
        return s3.putObject(request, AsyncRequestBody.fromBytesUnsafe(body))
                .thenApply(stored -> true)
                .exceptionallyCompose(failure -> afterFailure(request, body, conflicts, failure));
    }

    /** 409 means that another conditional write to the same key was in flight: try again to see which one won. */
    private CompletableFuture<Boolean> afterFailure(
            PutObjectRequest request, byte[] body, int conflicts, Throwable failure) {
        Throwable cause = Failures.cause(failure);
        int status = cause instanceof S3Exception answer ? answer.statusCode() : 0;
        if (status == PRECONDITION_FAILED) {
            return CompletableFuture.completedFuture(false);
        }
        if (status == CONFLICT && conflicts + 1 < Backoff.MAX_ATTEMPTS) {
            return backoff.pause(conflicts + 1).thenCompose(paused -> putOnce(request, body, conflicts + 1));
        }
        return CompletableFuture.failedFuture(cause);
    }
}
