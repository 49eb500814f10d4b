package dev.tidemark.local.kinesis;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.tidemark.local.http.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The service's protocol over HTTP/1.1: {@code POST /} with {@code X-Amz-Target: Kinesis_20131202.<Operation>} and a
 * JSON or CBOR body. Signatures are accepted and not checked. Event streams (SubscribeToShard) and HTTP/2, which the
 * asynchronous Java client insists on unless told otherwise, are not spoken.
 */
public final class KinesisServer implements AutoCloseable {

    private static final int MAX_THREADS = 16;
    private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;
    private static final String TARGET_PREFIX = "Kinesis_20131202.";
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int INTERNAL_ERROR = 500;

    private final KinesisOperations operations;
    private final LoopbackServer server;

    private KinesisServer(Streams streams, int port) throws IOException {
        this.operations = new KinesisOperations(streams);
        this.server = LoopbackServer.start("kinesis", port, MAX_THREADS, this::handle);
    }

    /**
     * Serves the streams; does not close them.
     *
     * @param port 0 for any free one
     * @throws IOException if the port is taken
     */
    public static KinesisServer start(Streams streams, int port) throws IOException {
        return new KinesisServer(streams, port);
    }

    public URI endpoint() {
        return server.endpoint();
    }

    @Override
    public void close() {
        server.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers request = exchange.getRequestHeaders();
            Wire wire = Wire.of(request.getFirst("Content-Type"));
            byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
            try {
                ObjectNode answer = perform(request.getFirst("X-Amz-Target"), wire, body);
                // Operations without a result answer with no body at all, in both encodings.
                respond(exchange, wire, OK, null, answer.isEmpty() ? new byte[0] : wire.write(answer));
            } catch (KinesisException e) {
                fail(exchange, wire, e.type(), String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                fail(exchange, wire, KinesisError.INTERNAL_FAILURE, "Unexpected " + e);
            }
        }
    }

    private ObjectNode perform(@Nullable String target, Wire wire, byte[] body) {
        if (target == null || !target.startsWith(TARGET_PREFIX)) {
            throw new KinesisException(
                    KinesisError.UNKNOWN_OPERATION, "This is a local Kinesis endpoint; X-Amz-Target was " + target);
        }
        if (body.length > MAX_BODY_BYTES) {
            throw Checks.validation("body", "Member must have length less than or equal to " + MAX_BODY_BYTES);
        }
        return operations.perform(target.substring(TARGET_PREFIX.length()), new Arguments(wire, wire.read(body)));
    }

    private static void fail(HttpExchange exchange, Wire wire, KinesisError type, String message) throws IOException {
        ObjectNode answer = Answers.empty().put("__type", type.wireName()).put("message", message);
        int status = type == KinesisError.INTERNAL_FAILURE ? INTERNAL_ERROR : BAD_REQUEST;
        respond(exchange, wire, status, type, wire.write(answer));
    }

    private static void respond(HttpExchange exchange, Wire wire, int status, @Nullable KinesisError error, byte[] body)
            throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", wire.contentType());
        headers.set("x-amzn-RequestId", UUID.randomUUID().toString());
        if (error != null) {
            headers.set("x-amzn-ErrorType", error.wireName());
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }
}
