package dev.tidemark.functions.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.checkpoint.Retention;
import dev.tidemark.core.past.PastWorld;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointWriter.ScanSegment;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.functions.MetricLines;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CheckpointFunctionTest {

    private static final int SEGMENTS = 4;
    private static final int TIMEOUT_MILLIS = 900_000;
    private static final long HOUR_MILLIS = 3_600_000;

    private final PastWorld world = new PastWorld(1);
    private final AtomicLong clock = new AtomicLong(world.nowMillis());
    private final InMemoryCheckpoints checkpoints = new InMemoryCheckpoints();
    private final InMemoryScan scan = new InMemoryScan(world.items);
    private final MetricLines lines = new MetricLines();
    private final CheckpointFunction function = new CheckpointFunction(
            new Checkpointer(
                    Catalogs.of(PastWorld.CATALOG),
                    new CheckpointPorts(scan, world.control, checkpoints, clock::get),
                    new CheckpointSettings(SEGMENTS, 2, 1, 1 << 20)),
            checkpoints,
            checkpoints,
            new Retention(2 * HOUR_MILLIS, 0),
            new CheckpointLog(lines.out(), "g1", clock::get),
            clock::get,
            new SplittableRandom(1));

    @Test
    void aCheckpointIsTakenAndSaysSo() throws IOException {
        scan.beforePage = () -> clock.addAndGet(10);

        Map<String, Object> answer = run(Map.of());

        assertThat(answer).containsEntry("done", true).hasSize(2);
        Manifest manifest = Objects.requireNonNull(checkpoints.manifests.get((String) answer.get("id")));
        JsonNode line = lines.lines().get(0);
        assertThat(lines.lines()).hasSize(1);
        assertThat(line.get("message").asText()).isEqualTo("checkpoint complete");
        assertThat(line.get("checkpoint").asText()).isEqualTo(answer.get("id"));
        assertThat(line.get("generation").asText()).isEqualTo("g1");
        assertThat(line.get("checkpoints").intValue()).isOne();
        assertThat(line.get("checkpointItems").longValue()).isPositive().isEqualTo(manifest.items());
        assertThat(line.get("checkpointBytes").longValue()).isPositive().isEqualTo(manifest.bytes());
        assertThat(line.get("checkpointMillis").longValue()).isEqualTo(clock.get() - world.nowMillis());
        assertThat(line.get("checkpointsDeleted").intValue()).isZero();
        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(lines.metrics()).isEqualTo(new TreeSet<>(MetricLines.documented(page, "Of a checkpoint")));
    }

    /** As the state machine does: the answer is the next input. */
    @Test
    void whatItHasNoTimeForItGoesOnWith() {
        scan.pageItems = 1_000;
        scan.beforePage = () -> clock.addAndGet(TIMEOUT_MILLIS);
        Map<String, Object> answer = run(Map.of());
        assertThat(answer).containsEntry("done", false);
        String id = (String) answer.get("id");
        Map<Integer, ScanSegment> first = Map.copyOf(checkpoints.segments.get(id));
        assertThat(first).isNotEmpty().hasSizeLessThan(SEGMENTS);
        assertThat(checkpoints.manifests).isEmpty();

        scan.beforePage = () -> {};
        assertThat(run(answer)).isEqualTo(Map.of("id", id, "done", true));

        assertThat(checkpoints.segments.get(id)).containsAllEntriesOf(first);
        assertThat(lines.lines()).hasSize(2);
        JsonNode goesOn = lines.lines().get(0);
        assertThat(goesOn.get("message").asText()).isEqualTo("checkpoint goes on");
        assertThat(goesOn.get("checkpoints").intValue()).isZero();
        assertThat(goesOn.has("checkpointItems")).isFalse();
        assertThat(lines.lines().get(1).get("checkpoints").intValue()).isOne();
    }

    /** The state machine was aborted; its next run begins with the schedule's input. */
    @Test
    void theNewestOfTheLastHourThatIsNotCompleteIsGoneOnWith() {
        scan.beforePage = () -> clock.addAndGet(TIMEOUT_MILLIS);
        Map<String, Object> begun = run(Map.of());
        scan.beforePage = () -> {};

        assertThat(run(Map.of())).containsEntry("id", begun.get("id")).containsEntry("done", true);
        assertThat(run(Map.of()).get("id")).as("a complete one is done").isNotEqualTo(begun.get("id"));
    }

    @Test
    void anOlderOneThatIsNotCompleteIsLeft() {
        scan.beforePage = () -> clock.addAndGet(TIMEOUT_MILLIS);
        Map<String, Object> begun = run(Map.of());
        scan.beforePage = () -> {};
        clock.addAndGet(HOUR_MILLIS);

        assertThat(run(Map.of())).containsEntry("done", true).doesNotContainEntry("id", begun.get("id"));
        assertThat(checkpoints.positions).hasSize(2);
    }

    @Test
    void oldOnesAreDeletedOnceANewOneIsComplete() {
        Object oldest = run(Map.of()).get("id");
        clock.addAndGet(24 * HOUR_MILLIS);
        checkpoints.refused = () -> true;
        assertThatThrownBy(() -> run(Map.of())).hasMessageContaining("checkpoint");
        assertThat(checkpoints.manifests).containsOnlyKeys((String) oldest);
        checkpoints.refused = () -> false;

        Object newest = run(Map.of()).get("id");

        assertThat(checkpoints.manifests).containsOnlyKeys((String) newest);
        List<JsonNode> all = lines.lines();
        assertThat(all.get(all.size() - 1).get("checkpointsDeleted").intValue()).isOne();
    }

    @Test
    void aStoreThatDoesNotAnswerFailsTheInvocationAndNothingIsLost() {
        scan.failing = () -> true;
        assertThatThrownBy(() -> run(Map.of())).hasMessageContaining("scan");
        assertThat(lines.lines()).isEmpty();
        String begun = checkpoints.positions.keySet().iterator().next();
        scan.failing = () -> false;

        assertThat(run(Map.of())).isEqualTo(Map.of("id", begun, "done", true));
    }

    private Map<String, Object> run(Map<String, Object> input) {
        Context context = (Context) Proxy.newProxyInstance(
                CheckpointFunctionTest.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) ->
                        method.getName().equals("getAwsRequestId") ? "request" : (Object) TIMEOUT_MILLIS);
        return function.handleRequest(input, context);
    }
}
