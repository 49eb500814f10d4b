package dev.tidemark.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Reads a whole body, within limits, before a handler sees the request. */
final class WholeBodies extends Handler.Wrapper {

    private static final int CHUNK_BYTES = 16 * 1024;

    private final Limits limits;
    private final Connections connections;

    WholeBodies(Handler handler, Limits limits, Connections connections) {
        super(handler);
        this.limits = limits;
        this.connections = connections;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        byte[] body = request.getLength() > limits.maxBodyBytes() ? null : body(request);
        if (body != null) {
            return super.handle(new Whole(request, body), response, callback);
        }
        // Much may be left of the body, and ends the connection then: nobody must send another request on it.
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        GatewayProblem.of(
                        HttpStatus.PAYLOAD_TOO_LARGE_413,
                        "the body has more than " + limits.maxBodyBytes() + " bytes",
                        "split the request into several")
                .send(response, callback);
        return true;
    }

    /** Null if it is longer than the limit. */
    private byte @Nullable [] body(Request request) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = Content.Source.asInputStream(request)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                if (body.size() + read > limits.maxBodyBytes()) {
                    return null;
                }
                body.write(chunk, 0, read);
                connections.held(request.getConnectionMetaData().getConnection(), read);
            }
        }
        return body.toByteArray();
    }

    private static final class Whole extends Request.Wrapper {

        private final Content.Source body;

        Whole(Request request, byte[] body) {
            super(request);
            this.body = Content.Source.from(ByteBuffer.wrap(body));
        }

        @Override
        public Content.Chunk read() {
            return body.read();
        }

        @Override
        public void demand(Runnable demandCallback) {
            body.demand(demandCallback);
        }

        @Override
        public void fail(Throwable failure) {
            body.fail(failure);
        }
    }
}
