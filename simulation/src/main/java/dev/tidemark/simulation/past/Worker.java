package dev.tidemark.simulation.past;

import dev.tidemark.aws.Backoff;
import dev.tidemark.simulation.cloud.Caller;
import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.engine.Engine;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Somebody's process at work on something that may be begun again: it tries until that is done, and if it dies, another
 * one is started.
 */
final class Worker implements Caller {

    private static final long LONGEST_PAUSE_MILLIS = 60_000;

    private final String name;
    private final Engine engine;
    private final Cloud cloud;
    private final Function<Worker, CompletableFuture<Boolean>> work;
    private final Cloud.Clients clients;
    private boolean alive = true;

    private Worker(String name, Engine engine, Cloud cloud, Function<Worker, CompletableFuture<Boolean>> work) {
        this.name = name;
        this.engine = engine;
        this.cloud = cloud;
        this.work = work;
        this.clients = cloud.clients(this);
    }

    /**
     * Starts one.
     *
     * @param work one try: true once all is done, false or a failure for another try
     */
    static void start(String name, Engine engine, Cloud cloud, Function<Worker, CompletableFuture<Boolean>> work) {
        new Worker(name, engine, cloud, work).go();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What it ends in is another try, or the end.
    private void go() {
        work.apply(this)
                .whenComplete((done, failure) -> engine.after(0, () -> {
                    if (!alive) {
                        return;
                    }
                    if (failure != null) {
                        engine.note(name, () -> "failed: " + failure);
                    }
                    if (failure != null || !done) {
                        engine.after(engine.between(1, LONGEST_PAUSE_MILLIS), () -> {
                            if (alive) {
                                go();
                            }
                        });
                    }
                }));
    }

    Cloud.Clients clients() {
        return clients;
    }

    Backoff backoff() {
        return new Backoff(this::later, engine.random()::nextDouble);
    }

    CompletableFuture<Void> later(long delayMillis) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        engine.after(delayMillis, () -> {
            if (alive) {
                over.complete(null);
            }
        });
        return over;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isAlive() {
        return alive;
    }

    @Override
    public void crash() {
        if (alive) {
            alive = false;
            engine.note(name, () -> "crash");
            engine.after(engine.between(1, LONGEST_PAUSE_MILLIS), () -> start(name + "'", engine, cloud, work));
        }
    }
}
