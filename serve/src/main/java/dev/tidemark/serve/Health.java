package dev.tidemark.serve;

import dev.tidemark.http.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What an orchestrator asks, without authentication and answered without details. */
final class Health extends Handler.Wrapper {

    private static final String LIVE = "/health/live";
    private static final String READY = "/health/ready";

    private final BooleanSupplier ready;

    Health(Handler handler, BooleanSupplier ready) {
        super(handler);
        this.ready = ready;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = request.getHttpURI().getPath();
        if (LIVE.equals(path)) {
            reply(true, "live").send(response, callback);
            return true;
        }
        if (READY.equals(path)) {
            boolean isReady = ready.getAsBoolean();
            reply(isReady, isReady ? "ready" : "not ready").send(response, callback);
            return true;
        }
        return super.handle(request, response, callback);
    }

    private static Reply reply(boolean good, String word) {
        return new Reply(
                good ? HttpStatus.OK_200 : HttpStatus.SERVICE_UNAVAILABLE_503,
                Map.of("Content-Type", List.of("text/plain"), "Cache-Control", List.of("no-store")),
                (word + "\n").getBytes(StandardCharsets.US_ASCII));
    }
}
