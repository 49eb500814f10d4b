package dev.tidemark.functions.checkpoint;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoStateScan;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.core.checkpoint.CheckpointId;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.checkpoint.Retention;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.CheckpointWriter;
import dev.tidemark.functions.Deployment;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The handler that the state machine calls until its answer says {@code done}: {@code {"id": …, "done": …}}. With its
 * previous answer as input it continues that checkpoint. Without one it continues the newest incomplete checkpoint of
 * the last hour, or begins one. It throws if a store does not answer; the state machine then calls again.
 */
public final class CheckpointFunction implements RequestHandler<Map<String, Object>, Map<String, Object>> {

    private static final long HOUR_MILLIS = 3_600_000;
    private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    /** For the objects in flight when it is time to stop, and the answer. */
    private static final long RESERVE_MILLIS = 60_000;

    private final Checkpointer checkpointer;
    private final CheckpointStore store;
    private final CheckpointWriter writer;
    private final Retention retention;
    private final CheckpointLog log;
    private final LongSupplier clockMillis;
    private final RandomGenerator random;

    /** For Lambda: everything from the environment. */
    public CheckpointFunction() {
        this(Deployment.onLambda(), System.out);
    }

    /** For a deployment found elsewhere. */
    public CheckpointFunction(Deployment deployment, PrintStream out) {
        this(
                new Checkpointer(
                        deployment.catalogs(),
                        new CheckpointPorts(
                                new DynamoStateScan(
                                        deployment.clients().dynamoDb(),
                                        deployment.value(Environment.STATE_TABLE),
                                        CapacityMeter.NONE),
                                deployment.control(CapacityMeter.NONE),
                                checkpoints(deployment),
                                System::currentTimeMillis),
                        settings(deployment)),
                checkpoints(deployment),
                checkpoints(deployment),
                new Retention(
                        Environment.HOURLY_CHECKPOINT_HOURS.numberIn(deployment.environment()) * HOUR_MILLIS,
                        Environment.DAILY_CHECKPOINT_DAYS.numberIn(deployment.environment()) * DAY_MILLIS),
                new CheckpointLog(out, deployment.value(Environment.GENERATION), System::currentTimeMillis),
                System::currentTimeMillis,
                // Any other generator seeded here would have the same seed in every sandbox restored from one snapshot.
                new SecureRandom());
    }

    private static S3Checkpoints checkpoints(Deployment deployment) {
        return new S3Checkpoints(deployment.clients().s3(), deployment.value(Environment.BUCKET), Backoff.system());
    }

    private static CheckpointSettings settings(Deployment deployment) {
        CheckpointSettings usual = CheckpointSettings.DEFAULT;
        return new CheckpointSettings(
                Environment.SCAN_SEGMENTS.numberIn(deployment.environment()),
                usual.buckets(),
                usual.parallelScans(),
                usual.maxBufferedBytes());
    }

    /**
     * @param checkpointer writes with the writer
     * @param store of the same checkpoints as the writer's
     * @param clockMillis the checkpointer's clock
     * @param random tells checkpoints and attempts of the same second apart
     */
    CheckpointFunction(
            Checkpointer checkpointer,
            CheckpointStore store,
            CheckpointWriter writer,
            Retention retention,
            CheckpointLog log,
            LongSupplier clockMillis,
            RandomGenerator random) {
        this.checkpointer = checkpointer;
        this.store = store;
        this.writer = writer;
        this.retention = retention;
        this.log = log;
        this.clockMillis = clockMillis;
        this.random = random;
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        long nowMillis = clockMillis.getAsLong();
        long leftMillis = context.getRemainingTimeInMillis();
        long stopAtMillis = nowMillis + Math.max(leftMillis / 2, leftMillis - RESERVE_MILLIS);
        String id = input.get("id") instanceof String given ? given : unfinished(nowMillis);
        String attempt = CheckpointId.of(nowMillis, random) + "-" + context.getAwsRequestId();
        Checkpointer.Outcome outcome = checkpointer
                .run(id, attempt, stopAtMillis, (done, segments, items, bytes) -> {})
                .join();
        int deleted = outcome.manifest().isEmpty() ? 0 : tidy();
        log.checkpoint(outcome, deleted);
        return Map.of("id", id, "done", outcome.manifest().isPresent());
    }

    private String unfinished(long nowMillis) {
        List<String> complete = store.list().join();
        return writer.begun().join().stream()
                .filter(id -> !complete.contains(id) && CheckpointId.timeMillis(id) > nowMillis - HOUR_MILLIS)
                .reduce((older, newer) -> newer)
                .orElseGet(() -> CheckpointId.of(nowMillis, random));
    }

    private int tidy() {
        List<String> old =
                retention.toDelete(store.list().join(), writer.begun().join(), clockMillis.getAsLong());
        old.forEach(id -> writer.delete(id).join());
        return old.size();
    }
}
