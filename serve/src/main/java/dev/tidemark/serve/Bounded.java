package dev.tidemark.serve;

import dev.tidemark.http.GatewayProblem;
import dev.tidemark.http.Reply;
import dev.tidemark.http.Service;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;

/**
 * Gives a service so many requests at once. As many again wait, for a moment only; what is more is refused at once, so that
 * those inside are answered as fast as ever.
 */
final class Bounded implements Service {

    /** Half the time after which a client of features mostly gives up. */
    static final long PATIENCE_MILLIS = 500;

    private static final String RETRY_AFTER_SECONDS = "1";

    private final Service service;
    private final long patienceMillis;
    private final Semaphore places;
    private final Semaphore free;

    /** @param patienceMillis how long a request waits for its turn */
    Bounded(Service service, int concurrency, long patienceMillis) {
        this.service = service;
        this.patienceMillis = patienceMillis;
        this.places = new Semaphore(2 * concurrency);
        this.free = new Semaphore(concurrency, true);
    }

    @Override
    public Reply answer(Request request, byte[] body) throws IOException {
        if (!places.tryAcquire()) {
            return refused();
        }
        try {
            if (!free.tryAcquire(patienceMillis, TimeUnit.MILLISECONDS)) {
                return refused();
            }
            try {
                return service.answer(request, body);
            } finally {
                free.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refused();
        } finally {
            places.release();
        }
    }

    private static Reply refused() {
        return GatewayProblem.of(
                        HttpStatus.SERVICE_UNAVAILABLE_503,
                        "more requests are being answered than this server takes at once",
                        "try again after the time in Retry-After; if it lasts, run more servers, or more requests at once "
                                + "with --concurrency")
                .with("Retry-After", RETRY_AFTER_SECONDS);
    }
}
