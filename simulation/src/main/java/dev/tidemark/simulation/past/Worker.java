package dev.tidemark.simulation.past;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.aws.kinesis.KinesisLineage;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3BackfillLog;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.simulation.cloud.Caller;
import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.engine.Engine;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A process whose work may be repeated: it tries until it is done, and if it dies, another one is started. */
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
     * @param work one try: true if all is done, false or a failure to try again
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

    /** Of the running state, for jobs that change it. */
    ChangePorts changePorts(Catalogs catalogs) {
        KinesisStreams streams = new KinesisStreams(clients.kinesis(), () -> Instant.ofEpochMilli(engine.nowMillis()));
        return new ChangePorts(
                new HistoryPorts(
                        new S3Archive(clients.s3(), "bucket", backoff()),
                        new S3RedriveLog(clients.s3(), "bucket", backoff()),
                        new S3Checkpoints(clients.s3(), "bucket", backoff()),
                        new DynamoControlStore(
                                clients.dynamoDb(), clients.dynamoDbWrites(), "control", CapacityMeter.NONE)),
                new DynamoItemStore(
                        clients.dynamoDb(), clients.dynamoDbWrites(), "state", CapacityMeter.NONE, backoff()),
                new S3Quarantine(clients.s3(), "bucket", backoff()),
                new S3BackfillLog(clients.s3(), "bucket", backoff()),
                new KinesisLineage(clients.kinesis(), streams, catalogs::packingOf),
                this::later,
                engine::nowMillis,
                engine.random());
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
