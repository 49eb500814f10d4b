package dev.tidemark.aws.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SimpleSubscriber;

/** An HTTP client that plays a script, one fault per request, and then behaves. */
public final class FaultyHttp implements SdkAsyncHttpClient {

    /** What becomes of one request. */
    public sealed interface Fault {

        /** The request is served as usual. */
        record None() implements Fault {}

        /** The request is served and its answer lost: the connection breaks. */
        record AnswerLost() implements Fault {}

        /** The request is served and nothing ever comes back. */
        record Silence() implements Fault {}

        /** The request is served, yet answered with this. */
        record ServedButAnswered(int status, String body) implements Fault {}

        /** The request is not served but answered with this. */
        record Answered(int status, String body) implements Fault {}
    }

    private final SdkAsyncHttpClient real;
    private final Deque<Fault> script;
    private final AtomicInteger requests = new AtomicInteger();

    public FaultyHttp(SdkAsyncHttpClient real, Fault... script) {
        this.real = real;
        this.script = new ArrayDeque<>(List.of(script));
    }

    /** The body of DynamoDB's error answers. */
    public static String error(String code) {
        return "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" + code + "\",\"message\":\"by script\"}";
    }

    /** How many requests were made. */
    public int requests() {
        return requests.get();
    }

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
        requests.incrementAndGet();
        SdkAsyncHttpResponseHandler handler = request.responseHandler();
        Fault fault = next();
        if (fault instanceof Fault.AnswerLost) {
            return serveUnheard(request).thenCompose(served -> breakConnection(handler));
        }
        if (fault instanceof Fault.Silence) {
            return serveUnheard(request).thenCompose(served -> new CompletableFuture<>());
        }
        if (fault instanceof Fault.ServedButAnswered answer) {
            return serveUnheard(request).thenCompose(served -> answer(handler, answer.status(), answer.body()));
        }
        if (fault instanceof Fault.Answered answer) {
            return answer(handler, answer.status(), answer.body());
        }
        return real.execute(request);
    }

    @Override
    public void close() {
        real.close();
    }

    private synchronized Fault next() {
        return script.isEmpty() ? new Fault.None() : script.pop();
    }

    private CompletableFuture<Void> serveUnheard(AsyncExecuteRequest request) {
        return real.execute(AsyncExecuteRequest.builder()
                .request(request.request())
                .requestContentPublisher(request.requestContentPublisher())
                .responseHandler(new DeafHandler())
                .httpExecutionAttributes(request.httpExecutionAttributes())
                .build());
    }

    private static CompletableFuture<Void> breakConnection(SdkAsyncHttpResponseHandler handler) {
        IOException broken = new IOException("connection reset by script");
        handler.onError(broken);
        return CompletableFuture.failedFuture(broken);
    }

    private static CompletableFuture<Void> answer(SdkAsyncHttpResponseHandler handler, int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        handler.onHeaders(SdkHttpResponse.builder()
                .statusCode(status)
                .putHeader("Content-Type", "application/x-amz-json-1.0")
                .putHeader("Content-Length", Integer.toString(bytes.length))
                .build());
        handler.onStream(AsyncRequestBody.fromBytes(bytes));
        return CompletableFuture.completedFuture(null);
    }

    private static final class DeafHandler implements SdkAsyncHttpResponseHandler {

        @Override
        public void onHeaders(SdkHttpResponse headers) {}

        @Override
        public void onStream(Publisher<ByteBuffer> stream) {
            stream.subscribe(new SimpleSubscriber(bytes -> {}));
        }

        @Override
        public void onError(Throwable error) {}
    }
}
