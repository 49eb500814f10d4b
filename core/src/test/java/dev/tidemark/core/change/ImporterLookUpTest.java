package dev.tidemark.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.FoldWorld;
import dev.tidemark.core.fold.ReferenceInputs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.store.ImportLog.SameId;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryReferenceLog;
import dev.tidemark.core.store.ReferenceLog;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** An imported row is looked up in the snapshot of its assumed arrival. */
class ImporterLookUpTest {

    private static final long NOW = FoldWorld.NOW_MILLIS;
    private static final long CHANGED = NOW - 60_000;

    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop:
                stream: shop
                event_time: {field: ts, format: epoch_millis}
                history: {until: 2100-01-01T00:00:00Z, arrival_delay: 10s}
            references:
              items: {key: item, fields: {wanted: boolean}}
            views:
              clicker:
                source: shop
                entity: user
                look_up: {item: {from: items, key: item}}
                where: item.wanted == true
                features:
                  clicks: {function: count, windows: [1h]}
            """);

    private static RawRecord row(int number, String user, String item, long millis) {
        byte[] event = "{\"user\":\"%s\",\"item\":\"%s\",\"ts\":%d}"
                .formatted(user, item, millis)
                .getBytes(StandardCharsets.UTF_8);
        return new RawRecord(Part.position(number), millis + 10_000, user, event);
    }

    private static ImportRows.Cursor rows(int part) {
        List<RawRecord> rows = new ArrayList<>(List.of(
                row(1, "early-a", "a", CHANGED - 10_001),
                row(2, "early-b", "b", CHANGED - 10_001),
                row(3, "late-a", "a", CHANGED - 10_000),
                row(4, "late-b", "b", CHANGED - 10_000)));
        return new ImportRows.Cursor() {

            @Override
            public CompletableFuture<List<RawRecord>> next(int most) {
                List<RawRecord> next = List.copyOf(rows);
                rows.clear();
                return CompletableFuture.completedFuture(next);
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void takesTheSnapshotOfTheAssumedArrival() {
        InMemoryReferenceLog log = new InMemoryReferenceLog();
        publish(log, 1, CHANGED - 1_000_000, "a");
        publish(log, 2, CHANGED, "b");
        FoldWorld world = new FoldWorld();
        ChangePorts ports = new ChangePorts(
                new HistoryPorts(
                        world.archive,
                        new InMemoryRedriveLog(),
                        new InMemoryCheckpoints(),
                        world.control,
                        new ReferenceInputs(log, () -> NOW)),
                world.items,
                world.quarantine,
                new InMemoryBackfillLog(),
                world.lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> NOW,
                new Random(1));
        Manifest manifest = new Manifest(
                1,
                NOW,
                "shop",
                "arn:aws:kinesis:eu-central-1:111122223333:stream/shop",
                new Seam(NOW, 10_000),
                List.of(new File("a.csv", 1, "00")),
                "{}",
                SameId.REFUSE,
                List.of(new Part(0, 4, "00")));

        new Importer(
                        Catalogs.of(CATALOG),
                        ports,
                        world.archive,
                        new Importer.Settings(new FoldSettings("g1", 4, 3, 1 << 20), 1, Runnable::run))
                .run(manifest, ImporterLookUpTest::rows, Progress.NONE)
                .join();

        assertThat(world.items.items.keySet().stream().map(ItemKey::entity).distinct())
                .containsExactlyInAnyOrder("early-a", "late-b");
    }

    private static void publish(InMemoryReferenceLog log, long number, long effectiveMillis, String wanted) {
        String rows = "{\"key\":\"" + wanted + "\",\"values\":{\"wanted\":true}}\n";
        log.rows.put("rows" + number, rows.getBytes(StandardCharsets.UTF_8));
        log.append(new ReferenceLog.Manifest(
                        "items",
                        number,
                        effectiveMillis,
                        effectiveMillis,
                        60_000,
                        Map.of("wanted", Reference.Type.BOOLEAN),
                        1,
                        rows.length(),
                        "rows" + number))
                .join();
    }

    /** Told and forgotten. */
    private static final class Progress implements Importer.Progress {

        private static final Progress NONE = new Progress();

        @Override
        public void archived(int rows) {}

        @Override
        public void folded(int rows) {}

        @Override
        public void done(Part part, int items) {}
    }
}
