package dev.tidemark.http;

import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Knows which requests have arrived and are not yet answered. */
final class Requests extends Handler.Wrapper {

    private final Connections connections;

    /** The server itself, and each request, is a party. */
    private final Phaser underWay = new Phaser(1);

    private volatile boolean ending;

    Requests(Handler handler, Connections connections) {
        super(handler);
        this.connections = connections;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        var connection = request.getConnectionMetaData().getConnection();
        underWay.register();
        Request.addCompletionListener(request, failure -> {
            connections.completed(connection);
            underWay.arriveAndDeregister();
        });
        if (ending) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        return super.handle(request, response, callback);
    }

    /** From now on each answer closes its connection. */
    void announceEnd() {
        ending = true;
    }

    /** @return whether there came a moment, in this time, without any request */
    boolean awaitNone(long atMostMillis) throws InterruptedException {
        try {
            underWay.awaitAdvanceInterruptibly(underWay.arrive(), atMostMillis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
