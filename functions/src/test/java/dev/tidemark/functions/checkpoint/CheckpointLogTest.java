package dev.tidemark.functions.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.port.CheckpointStore.Manifest;
import dev.tidemark.core.port.CheckpointStore.Positions;
import dev.tidemark.core.port.CheckpointStore.StoredObject;
import dev.tidemark.core.port.ControlRow;
import dev.tidemark.functions.MetricLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckpointLogTest {

    private static final long NOW_MILLIS = 1_790_000_000_000L;

    private final MetricLines lines = new MetricLines();
    private final CheckpointLog log = new CheckpointLog(lines.out(), "g1", () -> NOW_MILLIS);

    @Test
    void everyMetricOfACheckpointIsDocumentedAndNoOther() throws IOException {
        log.checkpoint(new Checkpointer.Outcome("20260922T141320Z-3f9a", Optional.of(manifest())), 2);

        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(lines.metrics()).isEqualTo(MetricLines.documented(page, "Of a checkpoint"));
    }

    /** The alarm on missing checkpoints adds these up. */
    @Test
    void onlyACompleteCheckpointCounts() {
        log.checkpoint(new Checkpointer.Outcome("20260922T141320Z-3f9a", Optional.empty()), 0);
        log.checkpoint(new Checkpointer.Outcome("20260922T141320Z-3f9a", Optional.of(manifest())), 2);

        assertThat(lines.lines())
                .extracting(line -> line.get("checkpoints").intValue())
                .containsExactly(0, 1);
        assertThat(lines.lines().get(0).has("checkpointItems")).isFalse();
        assertThat(lines.lines().get(1).get("checkpointMillis").intValue()).isEqualTo(90_000);
        assertThat(lines.lines().get(1).get("checkpointItems").intValue()).isEqualTo(7);
        assertThat(lines.lines().get(1).get("checkpointsDeleted").intValue()).isEqualTo(2);
    }

    private static Manifest manifest() {
        ControlRow control = new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of(), null);
        Positions positions =
                new Positions("20260922T141320Z-3f9a", NOW_MILLIS - 90_000, control, List.of(), "hash", Map.of(), 1, 1);
        return new Manifest(positions, Map.of(), List.of(new StoredObject("key", 0, 4_000, "00", 7)));
    }
}
