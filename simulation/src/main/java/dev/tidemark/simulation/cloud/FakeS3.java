package dev.tidemark.simulation.cloud;

import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** S3 as one client sees it: conditional puts, reads, lists, deletions. The client retries, as the product's does. */
final class FakeS3 implements S3AsyncClient {

    private static final int MAX_ATTEMPTS = 4;
    private static final int MOST_KEYS = 1_000;

    private final Bucket objects;
    private final Engine engine;
    private final Network network;
    private final Caller caller;

    /** A bucket: its objects by key, and who sees each one come. */
    static final class Bucket {

        private final Map<String, byte[]> byKey = new TreeMap<>();
        private final Cloud.ObjectWatcher watcher;

        Bucket(Cloud.ObjectWatcher watcher) {
            this.watcher = watcher;
        }
    }

    FakeS3(Bucket objects, Engine engine, Network network, Caller caller) {
        this.objects = objects;
        this.engine = engine;
        this.network = network;
        this.caller = caller;
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}

    @Override
    public CompletableFuture<PutObjectResponse> putObject(PutObjectRequest request, AsyncRequestBody body) {
        if (!"*".equals(request.ifNoneMatch())) {
            throw new UnsupportedOperationException("PutObject without If-None-Match");
        }
        Supplier<String> what = () -> "PutObject " + request.key();
        Call.Effect<PutObjectResponse> effect = attempt -> put(request.key(), body, attempt);
        Dial outage = request.key().startsWith("archive/") ? Dial.ARCHIVE_FAILS : Dial.QUARANTINE_FAILS;
        return network.send(caller, new Call<>(Service.S3, what, true, outage, effect), MAX_ATTEMPTS);
    }

    private PutObjectResponse put(String key, AsyncRequestBody body, int attempt) {
        if (engine.strikes(Dial.OBJECT_CONFLICT)) {
            throw Service.S3.error("ConditionalRequestConflict", 409, attempt);
        }
        if (objects.byKey.containsKey(key)) {
            engine.happened(Happening.OBJECT_ALREADY_THERE);
            throw Service.S3.error("PreconditionFailed", 412, attempt);
        }
        byte[] bytes = bytes(body);
        objects.watcher.stored(key, bytes);
        objects.byKey.put(key, bytes);
        return PutObjectResponse.builder().build();
    }

    @Override
    public <T> CompletableFuture<T> getObject(
            GetObjectRequest request, AsyncResponseTransformer<GetObjectResponse, T> transformer) {
        CompletableFuture<T> result = transformer.prepare();
        return read(() -> "GetObject " + request.key(), attempt -> get(request.key(), attempt))
                .thenCompose(body -> {
                    transformer.onResponse(GetObjectResponse.builder()
                            .contentLength((long) body.length)
                            .build());
                    transformer.onStream(SdkPublisher.adapt(AsyncRequestBody.fromBytes(body)));
                    return result;
                });
    }

    private byte[] get(String key, int attempt) {
        byte[] body = objects.byKey.get(key);
        if (body == null) {
            NoSuchKeyException.Builder failure = NoSuchKeyException.builder();
            failure.awsErrorDetails(Service.details("S3", "NoSuchKey"));
            failure.statusCode(404);
            failure.numAttempts(attempt);
            failure.message("NoSuchKey");
            failure.writableStackTrace(false);
            throw failure.build();
        }
        return body;
    }

    /** In pages; strongly consistent, as S3 is. */
    @Override
    public CompletableFuture<ListObjectsV2Response> listObjectsV2(ListObjectsV2Request request) {
        return read(() -> "ListObjectsV2 " + request.prefix(), attempt -> list(request));
    }

    private ListObjectsV2Response list(ListObjectsV2Request request) {
        String prefix = request.prefix() == null ? "" : request.prefix();
        String after = request.continuationToken() != null
                ? request.continuationToken()
                : request.startAfter() == null ? "" : request.startAfter();
        Set<String> names = new LinkedHashSet<>();
        objects.byKey.forEach((key, body) -> {
            if (key.startsWith(prefix)) {
                String name = upToDelimiter(key, prefix, request.delimiter());
                if (name.compareTo(after) > 0) {
                    names.add(name);
                }
            }
        });
        int most = request.maxKeys() == null ? MOST_KEYS : request.maxKeys();
        int size = Math.min(most, engine.strikes(Dial.SMALL_PAGES) ? (int) engine.between(1, 3) : MOST_KEYS);
        List<String> page = names.stream().limit(size).toList();
        boolean more = page.size() < names.size();
        return ListObjectsV2Response.builder()
                .contents(page.stream()
                        .filter(objects.byKey::containsKey)
                        .map(this::described)
                        .toList())
                .commonPrefixes(page.stream()
                        .filter(name -> !objects.byKey.containsKey(name))
                        .map(name -> CommonPrefix.builder().prefix(name).build())
                        .toList())
                .isTruncated(more)
                .nextContinuationToken(more ? page.get(page.size() - 1) : null)
                .build();
    }

    private static String upToDelimiter(String key, String prefix, @Nullable String delimiter) {
        int end = delimiter == null ? -1 : key.indexOf(delimiter, prefix.length());
        return delimiter == null || end < 0 ? key : key.substring(0, end + delimiter.length());
    }

    private S3Object described(String key) {
        long bytes = Objects.requireNonNull(objects.byKey.get(key), key).length;
        return S3Object.builder().key(key).size(bytes).build();
    }

    @Override
    public CompletableFuture<DeleteObjectResponse> deleteObject(DeleteObjectRequest request) {
        Call.Effect<DeleteObjectResponse> effect = attempt -> {
            objects.byKey.remove(request.key());
            return DeleteObjectResponse.builder().build();
        };
        Supplier<String> what = () -> "DeleteObject " + request.key();
        return network.send(caller, new Call<>(Service.S3, what, true, null, effect), MAX_ATTEMPTS);
    }

    private <T> CompletableFuture<T> read(Supplier<String> what, Call.Effect<T> effect) {
        return network.send(caller, new Call<>(Service.S3, what, false, null, effect), MAX_ATTEMPTS);
    }

    private static byte[] bytes(AsyncRequestBody body) {
        Collector collector = new Collector();
        body.subscribe(collector);
        if (!collector.complete) {
            throw new IllegalStateException("a body that does not come at once");
        }
        return collector.bytes;
    }

    /** Takes a body that is published in the call that asks for it. */
    private static final class Collector implements Subscriber<ByteBuffer> {

        private byte[] bytes = new byte[0];
        private boolean complete;

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer part) {
            byte[] longer = Arrays.copyOf(bytes, bytes.length + part.remaining());
            part.duplicate().get(longer, bytes.length, part.remaining());
            bytes = longer;
        }

        @Override
        public void onError(Throwable failure) {
            throw new IllegalStateException("a body that fails", failure);
        }

        @Override
        public void onComplete() {
            complete = true;
        }
    }
}
