package dev.tidemark.serve;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Whether requests should come here: the tables have answered lately, and the server is not stopping. */
final class Readiness implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Readiness.class.getName());

    private final BooleanSupplier question;
    private final long maxAgeNanos;
    private final LongSupplier nanos;
    private final long everyMillis;
    private final Thread thread = new Thread(this::askAgainAndAgain, "readiness");

    private volatile boolean answered;
    private volatile long answeredNanos;
    private volatile boolean stopping;
    private boolean wasReady;

    /**
     * @param question asks the tables; whether they answered. Must not throw
     * @param everyMillis how often to ask
     * @param maxAgeMillis how long an answer counts
     * @param nanos a clock that only goes forward
     */
    Readiness(BooleanSupplier question, long everyMillis, long maxAgeMillis, LongSupplier nanos) {
        this.question = question;
        this.maxAgeNanos = TimeUnit.MILLISECONDS.toNanos(maxAgeMillis);
        this.nanos = nanos;
        this.everyMillis = everyMillis;
        thread.setDaemon(true);
        thread.start();
    }

    boolean isReady() {
        return !stopping && answered && nanos.getAsLong() - answeredNanos <= maxAgeNanos;
    }

    /** For good. */
    void stop() {
        stopping = true;
    }

    private void askAgainAndAgain() {
        try {
            while (true) {
                ask();
                Thread.sleep(everyMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask() {
        if (question.getAsBoolean()) {
            answeredNanos = nanos.getAsLong();
            answered = true;
        }
        boolean isReady = isReady();
        if (isReady != wasReady) {
            LOG.log(
                    isReady ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                    isReady ? "Ready: the tables answer" : "Not ready: the tables do not answer");
        }
        wasReady = isReady;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
