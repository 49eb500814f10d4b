package dev.tidemark.kinesis;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.http.HttpServer;
import dev.tidemark.http.Limits;
import dev.tidemark.http.Reply;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The service's protocol over HTTP/1.1: {@code POST /} with {@code X-Amz-Target: Kinesis_20131202.<Operation>} and a
 * JSON or CBOR body. Signatures are accepted and not checked. Event streams (SubscribeToShard) and HTTP/2, which the
 * asynchronous Java client uses by default, are not supported.
 */
public final class KinesisServer implements AutoCloseable {

    private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;
    private static final Limits LIMITS = new Limits(256, 30_000, 60_000, MAX_BODY_BYTES, 8L * MAX_BODY_BYTES);
    private static final String TARGET_PREFIX = "Kinesis_20131202.";
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int INTERNAL_ERROR = 500;

    private static final System.Logger LOG = System.getLogger(KinesisServer.class.getName());

    private final KinesisOperations operations;
    private final HttpServer server;

    private KinesisServer(Streams streams, int port) throws IOException {
        this.operations = new KinesisOperations(streams);
        this.server = HttpServer.start("kinesis", port, LIMITS, this::answer);
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

    private Reply answer(Request request, byte[] body) throws IOException {
        Wire wire = Wire.of(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
        try {
            ObjectNode answer = perform(request.getHeaders().get("X-Amz-Target"), wire, body);
            // Operations without a result answer with no body at all, in both encodings.
            return reply(wire, OK, null, answer.isEmpty() ? new byte[0] : wire.write(answer));
        } catch (KinesisException e) {
            return failure(wire, e.type(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "an operation of the local stream failed", e);
            return failure(wire, KinesisError.INTERNAL_FAILURE, "The operation failed; the console says why.");
        }
    }

    private ObjectNode perform(@Nullable String target, Wire wire, byte[] body) {
        if (target == null || !target.startsWith(TARGET_PREFIX)) {
            throw new KinesisException(
                    KinesisError.UNKNOWN_OPERATION, "This is a local Kinesis endpoint; X-Amz-Target was " + target);
        }
        return operations.perform(target.substring(TARGET_PREFIX.length()), new Arguments(wire, wire.read(body)));
    }

    private static Reply failure(Wire wire, KinesisError type, String message) throws IOException {
        ObjectNode answer = Answers.empty().put("__type", type.wireName()).put("message", message);
        int status = type == KinesisError.INTERNAL_FAILURE ? INTERNAL_ERROR : BAD_REQUEST;
        return reply(wire, status, type, wire.write(answer));
    }

    private static Reply reply(Wire wire, int status, @Nullable KinesisError error, byte[] body) {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("Content-Type", List.of(wire.contentType()));
        headers.put("x-amzn-RequestId", List.of(UUID.randomUUID().toString()));
        if (error != null) {
            headers.put("x-amzn-ErrorType", List.of(error.wireName()));
        }
        return new Reply(status, headers, body);
    }
}
