package dev.tidemark.core.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.past.PastWorld;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.RedriveLog;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts up to a cut, whatever happens after it. */
class CutHistoryTest {

    /** What was never deployed. */
    private static final Catalog NEW = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop, event_time: {field: ts, format: epoch_millis}, event_id: id}
            views:
              fresh:
                source: shop
                entity: user
                retention: 2h
                drop_duplicates: {horizon: 10m, max_ids: 4}
                features:
                  spent: {function: sum, input: price, windows: [1h]}
            """);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isTheSameAfterMoreRecordsAReshardAndARedrive(long seed) {
        PastWorld young = new PastWorld(seed, 60);
        PastWorld old = new PastWorld(seed);
        Cut cut = cut(young.control.lanes.values(), 0);
        assertThat(old.redrives.manifests).isNotEmpty();
        assertThat(old.control.lanes).hasSizeGreaterThan(cut.lanes().size());

        for (Catalog catalog : List.of(PastWorld.CATALOG, NEW)) {
            Set<String> at = CutWalk.fates(young.ports(), catalog, cut);
            assertThat(CutWalk.fates(old.ports(), catalog, cut)).isEqualTo(at);
            assertThat(CutWalk.fates(old.ports(), catalog, cut(old.control.lanes.values(), 1)))
                    .isNotEqualTo(at);
        }
    }

    /** A lane's records up to the cut, wherever the cut falls in a segment. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void endsAtEachLanesPosition(long seed) {
        PastWorld world = new PastWorld(seed);
        long records =
                world.control.lanes.values().stream().mapToLong(LaneRow::count).sum();
        for (int steps : new int[] {1, 10, 30, 59}) {
            PastWorld young = new PastWorld(seed, steps);
            Cut cut = cut(young.control.lanes.values(), 0);
            long upTo = cut.lanes().stream().mapToLong(LaneRow::count).sum();
            assertThat(CutWalk.walk(world.ports(), NEW, cut, new TreeSet<>()).records())
                    .as("read")
                    .isEqualTo(upTo)
                    .isLessThan(records);
        }
    }

    /** A view that no row knows takes redriven payloads of other views up to the cut. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aViewOfNoRowHasRedrivenPayloadsUpToTheCut(long seed) {
        PastWorld world = new PastWorld(seed);
        Collection<LaneRow> rows = world.control.lanes.values();
        Set<String> before = CutWalk.fates(world.ports(), NEW, cut(rows, 0));
        Set<String> after = CutWalk.fates(world.ports(), NEW, cut(rows, 1));

        assertThat(world.redrives.manifests).hasSize(1);
        RedriveLog.Manifest manifest = world.redrives.manifests.get(0);
        for (RedriveLog.Entry entry : manifest.entries()) {
            String beginning = entry.lane().ofBackfill().id() + " fresh "
                    + entry.record().position().text() + " ";
            assertThat(before).anyMatch(fate -> fate.startsWith(beginning + "QUARANTINED") && fate.contains("prize"));
            assertThat(after)
                    .anyMatch(fate -> fate.startsWith(beginning)
                            && fate.contains(" " + manifest.timeMillis() + " ")
                            && fate.contains("price"));
        }
    }

    private static Cut cut(Collection<LaneRow> rows, long lastRedrive) {
        return new Cut("model", "hash", PastWorld.CATALOG.hash(), 1, 0, List.copyOf(rows), lastRedrive);
    }
}
