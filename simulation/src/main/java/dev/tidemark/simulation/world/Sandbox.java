package dev.tidemark.simulation.world;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.aws.kinesis.KinesisLineage;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldCounts;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.functions.ingest.IngestFunction;
import dev.tidemark.simulation.cloud.Caller;
import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * A process that Lambda runs the function in: the product's own code over faulty clients, its caches warm from one
 * invocation to the next. When it crashes, its futures are never completed.
 */
final class Sandbox implements Caller {

    private static final String STATE_TABLE = "state";
    private static final String CONTROL_TABLE = "control";
    private static final String BUCKET = "bucket";
    private static final String GENERATION = "g1";

    /** The share of an invocation's time in which writes are issued, as the handler has it. */
    private static final double ISSUING_SHARE = 0.6;

    private static final int MOST_SMALL_PORTION_ITEMS = 24;

    private static final long MOST_SKEW_MILLIS = 150_000;

    private final String name;
    private final Code code;
    private final Engine engine;
    private final long skewMillis;
    private final IngestFunction function;
    private Runnable onCrash = () -> {};
    private boolean alive = true;

    Sandbox(String name, Code code, Engine engine, Cloud cloud) {
        this.name = name;
        this.code = code;
        this.engine = engine;
        this.skewMillis = engine.strikes(Dial.CLOCK_SKEW) ? engine.between(-MOST_SKEW_MILLIS, MOST_SKEW_MILLIS) : 0;
        Cloud.Clients clients = cloud.clients(this);
        Backoff backoff = new Backoff(this::later, engine.random()::nextDouble);
        KinesisStreams streams = new KinesisStreams(clients.kinesis(), () -> Instant.ofEpochMilli(clockMillis()));
        FoldPorts ports = new FoldPorts(
                new DynamoItemStore(
                        clients.dynamoDb(), clients.dynamoDbWrites(), STATE_TABLE, CapacityMeter.NONE, backoff),
                new DynamoControlStore(clients.dynamoDb(), clients.dynamoDbWrites(), CONTROL_TABLE, CapacityMeter.NONE),
                new S3Archive(clients.s3(), BUCKET, backoff),
                new S3Quarantine(clients.s3(), BUCKET, backoff),
                new KinesisLineage(clients.kinesis(), streams, Catalogs.of(code.catalog())::packingOf),
                this::later,
                this::clockMillis,
                engine.random());
        this.function = IngestFunction.of(
                new BatchFold(code.catalog(), ports, settings()), streams::describe, this::folded, this::clockMillis);
    }

    private FoldSettings settings() {
        int attempts = engine.strikes(Dial.FEW_ATTEMPTS) ? (int) engine.between(1, 2) : 5;
        long cacheBytes = engine.strikes(Dial.SMALL_CACHE) ? engine.between(0, 3_000) : 1 << 20;
        int portionItems = engine.strikes(engine.aside(), Dial.SMALL_PORTIONS)
                ? engine.aside().nextInt(1, MOST_SMALL_PORTION_ITEMS + 1)
                : FoldSettings.DEFAULT.maxPortionItems();
        return new FoldSettings(GENERATION, (int) engine.between(1, 16), attempts, cacheBytes, portionItems);
    }

    @Override
    public String name() {
        return name;
    }

    Code code() {
        return code;
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
            onCrash.run();
        }
    }

    /**
     * @param timeoutMillis until Lambda ends the invocation
     * @param crashed is told if the process dies before the next invocation
     */
    CompletableFuture<StreamsEventResponse> handle(KinesisEvent event, long timeoutMillis, Runnable crashed) {
        onCrash = crashed;
        return function.handle(event, clockMillis() + (long) (timeoutMillis * ISSUING_SHARE));
    }

    private long clockMillis() {
        return engine.nowMillis() + skewMillis;
    }

    private CompletableFuture<Void> later(long delayMillis) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        engine.after(delayMillis, () -> {
            if (alive) {
                over.complete(null);
            }
        });
        return over;
    }

    private void folded(Batch batch, BatchOutcome outcome) {
        outcome.violations().forEach(violation -> engine.fail("violation: " + violation));
        count(outcome.counts());
        if (outcome.held() != null) {
            engine.happened(
                    switch (outcome.held()) {
                        case UNKNOWN_VIEW -> Happening.HELD_UNKNOWN_VIEW;
                        case WAITS_FOR_PARENT -> Happening.HELD_WAITS_FOR_PARENT;
                        case CONTROL_UNAVAILABLE -> Happening.HELD_CONTROL_UNAVAILABLE;
                        case NOT_LIVE, DOES_NOT_JOIN, INPUTS_UNAVAILABLE ->
                            throw new IllegalStateException("nothing is restored or looked up here");
                    });
        }
    }

    private void count(FoldCounts counts) {
        engine.happened(Happening.FURTHER_PORTION_DONE, Math.max(0, counts.portions.sum() - 1));
        engine.happened(Happening.FENCE_LOST, counts.fencesLost.sum());
        engine.happened(Happening.RETRY, counts.retries.sum());
        engine.happened(Happening.RECORD_REDELIVERED, counts.redelivered.sum());
        engine.happened(Happening.BLOCK_EXPIRED, counts.expired.sum());
    }
}
