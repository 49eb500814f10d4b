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
import dev.tidemark.core.checkpoint.TooSlow;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Pause;
import dev.tidemark.core.store.StateScan;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.world.World;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Takes checkpoints while events arrive, each by one process or by two at once, which die and are started again. */
public final class CheckpointTaker implements World.Guest {

    private static final int MOST_CHECKPOINTS = 3;
    private static final int HALTS_ONCE_IN = 5;
    private static final long LONGEST_HALT_MILLIS = 15_000;

    private final Tally tally;
    private int attempts;

    /** @param tally is told of entities that were read again because of their heads */
    public CheckpointTaker(Tally tally) {
        this.tally = tally;
    }

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
        StateScan scan = new DynamoStateScan(worker.clients().dynamoDb(), "state", CapacityMeter.NONE);
        CheckpointPorts ports = new CheckpointPorts(
                new Halting(scan, engine, worker::later, withoutIds(scene), tally),
                control,
                new S3Checkpoints(worker.clients().s3(), "bucket", worker.backoff()),
                engine::nowMillis);
        CheckpointSettings settings = new CheckpointSettings(
                (int) engine.between(1, 4), (int) engine.between(1, 3), (int) engine.between(1, 3), 2_000);
        long stopAtMillis = engine.nowMillis() + engine.between(0, 90_000);
        Catalogs catalogs = new Catalogs(
                scene.plan().before().catalog(), scene.plan().after().catalog());
        return control.readControl()
                .thenCompose(row -> row.isEmpty()
                        // Nothing was ever folded: there is nothing to take a checkpoint of yet.
                        ? CompletableFuture.completedFuture(false)
                        : new Checkpointer(catalogs, ports, settings)
                                .run(id, "a" + attempts++, stopAtMillis, (done, segments, items, bytes) -> {})
                                .thenApply(outcome -> outcome.manifest().isPresent())
                                .exceptionally(this::isGivenUp));
    }

    /** J3: another try of the same checkpoint would fail too. */
    private boolean isGivenUp(Throwable failure) {
        if (failure instanceof CompletionException wrapped && wrapped.getCause() instanceof TooSlow) {
            tally.add(Tally.Shown.CHECKPOINT_GIVEN_UP, 1);
            return true;
        }
        throw new CompletionException(failure);
    }

    /** The views that do not drop duplicates: an entity of theirs is read again only if its head is ahead (rule U6). */
    private static Set<String> withoutIds(World.Scene scene) {
        return Stream.of(scene.plan().before(), scene.plan().after())
                .flatMap(code -> code.catalog().views().stream())
                .filter(view -> view.duplicates() == null)
                .map(View::version)
                .collect(Collectors.toSet());
    }

    /** Shorter pages, with a while between some of them, so that an entity changes between its items. */
    private record Halting(StateScan scan, Engine engine, Pause pause, Set<String> withoutIds, Tally tally)
            implements StateScan {

        @Override
        public CompletableFuture<Page> scan(int segment, int segments, @Nullable ItemKey after) {
            long millis = engine.between(1, HALTS_ONCE_IN) == 1 ? engine.between(1, LONGEST_HALT_MILLIS) : 0;
            return pause.millis(millis)
                    .thenCompose(over -> scan.scan(segment, segments, after))
                    .thenApply(this::perhapsCut);
        }

        private Page perhapsCut(Page page) {
            int size = page.items().size();
            if (size < 2 || engine.between(0, 1) == 0) {
                return page;
            }
            List<ItemStore.Found> some = page.items().subList(0, (int) engine.between(1, size - 1));
            return new Page(some, some.get(some.size() - 1).key());
        }

        @Override
        public CompletableFuture<List<ItemStore.Found>> entity(String viewVersion, String entity) {
            tally.add(Tally.Shown.ENTITY_READ_AGAIN_FOR_A_CHECKPOINT, withoutIds.contains(viewVersion) ? 1 : 0);
            return scan.entity(viewVersion, entity);
        }
    }
}
