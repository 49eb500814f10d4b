package dev.tidemark.aws;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SimpleSubscriber;

/** Sends nothing, and answers every request with an empty success. */
final class UnsentHttp implements SdkAsyncHttpClient {

    private static final int OK = 200;
    private static final byte[] EMPTY_CBOR_MAP = {(byte) 0xBF, (byte) 0xFF};
    private static final byte[] EMPTY_JSON_OBJECT = "{}".getBytes(StandardCharsets.UTF_8);

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
        // Read to its end: signing and checksums are made as it is read.
        request.requestContentPublisher().subscribe(new SimpleSubscriber(bytes -> {}));
        String type = request.request().firstMatchingHeader("Content-Type").orElse("");
        byte[] body = body(type);
        SdkAsyncHttpResponseHandler handler = request.responseHandler();
        handler.onHeaders(SdkHttpResponse.builder()
                .statusCode(OK)
                .putHeader("Content-Type", type)
                .putHeader("Content-Length", Integer.toString(body.length))
                .build());
        handler.onStream(AsyncRequestBody.fromBytes(body));
        return CompletableFuture.completedFuture(null);
    }

    private static byte[] body(String type) {
        if (type.contains("cbor")) {
            return EMPTY_CBOR_MAP;
        }
        return type.contains("json") ? EMPTY_JSON_OBJECT : new byte[0];
    }

    @Override
    public String clientName() {
        return "unsent";
    }

    @Override
    public void close() {}
}
