package dev.tidemark.simulation.cloud;

import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** S3 as one client sees it: conditional puts. The client retries, as the product's does. */
final class FakeS3 implements S3AsyncClient {

    private static final int MAX_ATTEMPTS = 4;

    private final Objects objects;
    private final Engine engine;
    private final Network network;
    private final Caller caller;

    /** A bucket: its objects by key, and who sees each one come. */
    static final class Objects {

        private final Map<String, byte[]> byKey = new TreeMap<>();
        private final Cloud.ObjectWatcher watcher;

        Objects(Cloud.ObjectWatcher watcher) {
            this.watcher = watcher;
        }
    }

    FakeS3(Objects objects, Engine engine, Network network, Caller caller) {
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
