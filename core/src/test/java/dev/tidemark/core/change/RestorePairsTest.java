package dev.tidemark.core.change;

import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.position;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.checkpoint.TooSlow;
import dev.tidemark.core.control.ControlRow.Restore;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.FoldWorld;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.AuditReport;
import dev.tidemark.core.past.AuditStart;
import dev.tidemark.core.past.StateAudit;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule J3 of docs/protocol.md: checkpoints, restores and audits of a view of pairs. */
class RestorePairsTest {

    private static final String ID = "20260101T000000Z-0000";

    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources: {clicks: {stream: clicks, event_time: {field: ts, format: epoch_millis}}}
            pairs:
              judged:
                left: {source: clicks, where: type == "prediction", key: id}
                right: {source: clicks, where: type == "outcome", key: id}
                within: 8m
                match: last
            views:
              quality:
                source: judged
                entity: left.model
                retention: 2m
                features:
                  pairs: {function: count, windows: [1h]}
                  labels: {function: sum, input: right.label, windows: [1h]}
            """);

    private static final View VIEW = CATALOG.views().get(0);
    private static final long REACH_MILLIS = 10 * 60_000;

    private final FoldWorld world = new FoldWorld();
    private final FoldWorld restored = new FoldWorld();
    private final InMemoryCheckpoints checkpoints = new InMemoryCheckpoints();
    private final InMemoryScan scan = new InMemoryScan(world.items);
    private final BatchFold fold = world.fold(FoldSettings.DEFAULT.maxPortionItems(), CATALOG);

    RestorePairsTest() {
        restored.generation = "g2";
    }

    private static RawRecord event(int n, long laterMillis, String type, String id, int label) {
        long millis = NOW_MILLIS + laterMillis;
        String json = "{\"type\":\"" + type + "\",\"ts\":" + millis + ",\"id\":\"" + id + "\",\"model\":\"m" + id
                + "\",\"label\":" + label + "}";
        return new RawRecord(position(n, 0), millis, "key", json.getBytes(StandardCharsets.UTF_8));
    }

    private void checkpoint() {
        new Checkpointer(
                        Catalogs.of(CATALOG),
                        new CheckpointPorts(scan, world.control, checkpoints, () -> world.nowMillis),
                        new CheckpointSettings(1, 2, 1, 1_000))
                .run(ID, "attempt", Long.MAX_VALUE, (done, segments, items, bytes) -> {})
                .join();
    }

    private void restore() {
        ChangePorts ports = new ChangePorts(
                new HistoryPorts(world.archive, new InMemoryRedriveLog(), checkpoints, restored.control),
                restored.items,
                restored.quarantine,
                new InMemoryBackfillLog(),
                restored.lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> 0,
                new Random(1));
        new Restorer(Catalogs.of(CATALOG), ports, new RestoreSettings(4, 2, 3, 0))
                .restore("g2", new Restore(ID, null), RestoreListener.NONE)
                .join();
    }

    private static Map<String, String> items(FoldWorld of) {
        Map<String, String> items = new HashMap<>();
        of.items.items.forEach((key, item) -> items.put(
                key.partitionKey() + " " + key.sortKey(),
                item.mark().text() + " " + HexFormat.of().formatHex(item.body())));
        return items;
    }

    /** Between any two pages of the scan the pairs go on. */
    @Test
    @DisplayName("J3: a restore from a checkpoint that was torn gives the same state")
    void tornCheckpoint() {
        world.deliver(fold, event(1, 1, "prediction", "a", 0), event(2, 2, "prediction", "b", 0));
        world.deliver(fold, event(3, 3, "outcome", "a", 1));
        int[] next = {4};
        scan.pageItems = 1;
        scan.beforePage = () -> {
            int n = next[0]++;
            world.deliver(fold, event(n, n * 1_000L, "outcome", n % 2 == 0 ? "a" : "b", n));
        };
        checkpoint();
        restore();
        assertThat(items(restored)).isEqualTo(items(world));
    }

    @Test
    @DisplayName("J3: a checkpoint that takes so long that halves are forgotten is given up")
    void slowCheckpoint() {
        world.deliver(fold, event(1, 0, "prediction", "a", 0));
        scan.beforePage = () -> {
            scan.beforePage = () -> {};
            world.deliver(fold, event(2, REACH_MILLIS + 1, "outcome", "a", 1));
        };
        assertThatThrownBy(this::checkpoint)
                .hasRootCauseInstanceOf(TooSlow.class)
                .hasMessageContaining(VIEW.version())
                .hasMessageContaining(LANE.id());
        assertThat(checkpoints.list().join()).isEmpty();
    }

    @Test
    @DisplayName("J3: one that takes as long as the reach is not")
    void patientCheckpoint() {
        world.deliver(fold, event(1, 0, "prediction", "a", 0));
        scan.beforePage = () -> {
            scan.beforePage = () -> {};
            world.deliver(fold, event(2, REACH_MILLIS, "outcome", "a", 1));
        };
        checkpoint();
        assertThat(checkpoints.list().join()).containsExactly(ID);
    }

    @Test
    void anAuditProvesThePairsAndTheHalves() {
        world.deliver(fold, event(1, 1, "prediction", "a", 0), event(2, 2, "prediction", "b", 0));
        world.deliver(fold, event(3, 3, "outcome", "a", 1), event(4, 4, "outcome", "b", 1));
        world.deliver(fold, event(5, 5, "outcome", "a", 7));
        assertThat(audit(AuditStart.archive(checkpoints)).differences()).isEmpty();

        world.items.items.entrySet().stream()
                .filter(item -> item.getKey().isPair())
                .findFirst()
                .orElseThrow()
                .setValue(new StoredItem(position(5, 0), new byte[] {1, 0, 0, 0}, 0));
        assertThat(audit(AuditStart.archive(checkpoints)).differences())
                .singleElement()
                .satisfies(fault -> assertThat(fault.text()).contains("halves"));
    }

    @Test
    void anAuditOfOneEntityNeedsTheHalvesOfAllKeys() {
        world.deliver(fold, event(1, 1, "prediction", "a", 0), event(2, 2, "prediction", "b", 0));
        checkpoint();
        world.deliver(fold, event(3, 3, "outcome", "a", 1), event(4, 4, "outcome", "b", 1));
        StateAudit audit = new StateAudit(
                Catalogs.of(CATALOG),
                new HistoryPorts(world.archive, new InMemoryRedriveLog(), checkpoints, world.control),
                scan);
        AuditReport report = audit.audit(
                        VIEW,
                        List.of("ma"),
                        new AuditStart(Checkpoints.all(checkpoints), Long.MAX_VALUE, Map.of(VIEW, List.of("ma"))),
                        world.nowMillis)
                .join();
        assertThat(report.differences()).isEmpty();
        assertThat(report.items()).isPositive();
    }

    private AuditReport audit(AuditStart start) {
        return new StateAudit(
                        Catalogs.of(CATALOG),
                        new HistoryPorts(world.archive, new InMemoryRedriveLog(), checkpoints, world.control),
                        scan)
                .auditPart(VIEW, 0, 1, start, world.nowMillis)
                .join();
    }
}
