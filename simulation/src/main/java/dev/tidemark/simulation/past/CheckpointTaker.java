package dev.tidemark.simulation.past;

import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoStateScan;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.checkpoint.CheckpointId;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.world.World;
import java.util.concurrent.CompletableFuture;

/** Takes checkpoints while events arrive, each by one process or by two at once, which die and are started again. */
public final class CheckpointTaker implements World.Guest {

    private static final int MOST_CHECKPOINTS = 3;

    private int attempts;

    @Override
    public void join(World.Scene scene) {
        Engine engine = scene.engine();
        long checkpoints = engine.between(1, MOST_CHECKPOINTS);
        for (int i = 0; i < checkpoints; i++) {
            engine.after(engine.between(0, scene.plan().endMillis()), () -> take(scene));
        }
    }

    private void take(World.Scene scene) {
        Engine engine = scene.engine();
        String id = CheckpointId.of(engine.nowMillis(), engine.random());
        long processes = engine.between(1, 2);
        for (int i = 0; i < processes; i++) {
            long delayMillis = engine.between(0, i * 5_000L);
            engine.after(
                    delayMillis,
                    () -> Worker.start("checkpoint-" + id, engine, scene.cloud(), worker -> run(scene, worker, id)));
        }
    }

    private CompletableFuture<Boolean> run(World.Scene scene, Worker worker, String id) {
        Engine engine = scene.engine();
        DynamoControlStore control = new DynamoControlStore(
                worker.clients().dynamoDb(), worker.clients().dynamoDbWrites(), "control", CapacityMeter.NONE);
        CheckpointPorts ports = new CheckpointPorts(
                new DynamoStateScan(worker.clients().dynamoDb(), "state", CapacityMeter.NONE),
                control,
                new S3Checkpoints(worker.clients().s3(), "bucket", worker.backoff()),
                engine::nowMillis);
        CheckpointSettings settings = new CheckpointSettings(
                (int) engine.between(1, 4), (int) engine.between(1, 3), (int) engine.between(1, 3), 2_000);
        long stopAtMillis = engine.nowMillis() + engine.between(0, 20_000);
        Catalogs catalogs = new Catalogs(
                scene.plan().before().catalog(), scene.plan().after().catalog());
        return control.readControl()
                .thenCompose(row -> row.isEmpty()
                        // Nothing was ever folded: there is nothing to take a checkpoint of yet.
                        ? CompletableFuture.completedFuture(false)
                        : new Checkpointer(catalogs, ports, settings)
                                .run(id, "a" + attempts++, stopAtMillis, (done, segments, items, bytes) -> {})
                                .thenApply(outcome -> outcome.manifest().isPresent()));
    }
}
