package dev.tidemark.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Takes what is left of a body once the request is answered, so that its client comes to read the answer: a connection that is
 * closed while bytes still arrive is reset, and the answer is lost with it. No more than a bounded amount, and within the time
 * that {@link Limits} give a request.
 */
final class Remainders extends Handler.Wrapper {

    /** Who sends more than this does not listen. */
    private static final long MOST_BYTES = 16L * 1024 * 1024;

    Remainders(Handler handler) {
        super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        return super.handle(request, response, new Drain(request, callback));
    }

    /** Nothing is kept of what it reads. */
    private static final class Drain extends Callback.Nested {

        private final Request request;
        private long taken;

        Drain(Request request, Callback callback) {
            super(callback);
            this.request = request;
        }

        @Override
        public void succeeded() {
            // Who waits for a 100 has the answer before it sends a body.
            if (!request.getHeaders().contains(HttpHeader.EXPECT)) {
                while (taken <= MOST_BYTES) {
                    Content.Chunk chunk = request.read();
                    if (chunk == null) {
                        request.demand(this::succeeded);
                        return;
                    }
                    taken += chunk.remaining();
                    boolean isOver = chunk.isLast() || Content.Chunk.isFailure(chunk);
                    chunk.release();
                    if (isOver) {
                        break;
                    }
                }
            }
            super.succeeded();
        }
    }
}
