package dev.tidemark.core.change;

import static dev.tidemark.core.control.ControlRow.ViewStatus.ACTIVE;
import static dev.tidemark.core.control.ControlRow.ViewStatus.BACKFILLING;
import static dev.tidemark.core.control.ControlRow.ViewStatus.READY;
import static dev.tidemark.core.control.ControlRow.ViewStatus.RETIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.view.View;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CatalogSwitchTest {

    private static final String OLD = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            views:
              carts: {source: shop, entity: user, features: {n: {function: count, windows: [1h]}}}
              same: {source: shop, entity: item, features: {p: {function: sum, input: price, windows: [1h]}}}
              gone: {source: shop, entity: item, features: {n: {function: count, windows: [1h]}}}
            """;

    private static final Catalog CURRENT = new CatalogCompiler().compile(OLD);
    private static final Catalog NEXT = new CatalogCompiler()
            .compile(OLD.replace("function: count, windows: [1h]", "function: count, windows: [1d]")
                    .replace("gone:", "fresh:"));
    private static final CatalogSwitch SWITCH = new CatalogSwitch(new Catalogs(CURRENT, NEXT));

    private static final View OLD_CARTS = CURRENT.views().get(0);
    private static final View SAME = CURRENT.views().get(1);
    private static final View GONE = CURRENT.views().get(2);
    private static final View NEW_CARTS = NEXT.views().get(0);
    private static final View FRESH = NEXT.views().get(2);

    /** Statuses of old carts, what is the same, what is gone, new carts, what is fresh; null for unknown. */
    private static ControlRow row(@Nullable ViewStatus... statuses) {
        View[] views = {OLD_CARTS, SAME, GONE, NEW_CARTS, FRESH};
        Map<String, ViewStatus> map = new TreeMap<>();
        for (int i = 0; i < statuses.length; i++) {
            ViewStatus status = statuses[i];
            if (status != null) {
                map.put(views[i].version(), status);
            }
        }
        return new ControlRow(7, "g1", ControlRow.Phase.LIVE, map);
    }

    private static Map<String, ViewStatus> statuses(@Nullable ViewStatus... statuses) {
        return row(statuses).views();
    }

    @Test
    void onlyWhatDiffersIsChanged() {
        assertThat(SWITCH.added()).containsExactly(NEW_CARTS, FRESH);
        assertThat(SWITCH.replaced()).containsExactly(OLD_CARTS, GONE);
    }

    @Test
    void theWayThereAndBackAndToTheEnd() {
        ControlRow row = row(ACTIVE, ACTIVE, ACTIVE);
        row = SWITCH.started(row).orElseThrow();
        assertThat(row.views()).isEqualTo(statuses(ACTIVE, ACTIVE, ACTIVE, BACKFILLING, BACKFILLING));
        assertThat(SWITCH.started(row)).isEmpty();

        row = row(ACTIVE, ACTIVE, ACTIVE, READY, READY);
        ControlRow flipped = SWITCH.flipped(row).orElseThrow();
        assertThat(flipped.rev()).isEqualTo(8);
        assertThat(flipped.views()).isEqualTo(statuses(READY, ACTIVE, READY, ACTIVE, ACTIVE));
        assertThat(SWITCH.flipped(flipped)).isEmpty();

        ControlRow back = SWITCH.rolledBack(flipped).orElseThrow();
        assertThat(back.views()).isEqualTo(row.views());
        assertThat(SWITCH.rolledBack(back)).isEmpty();
        assertThat(SWITCH.givenUp(back).orElseThrow().views())
                .isEqualTo(statuses(ACTIVE, ACTIVE, ACTIVE, RETIRED, RETIRED));

        ControlRow finished = SWITCH.finished(flipped).orElseThrow();
        assertThat(finished.views()).isEqualTo(statuses(RETIRED, ACTIVE, RETIRED, ACTIVE, ACTIVE));
        assertThat(SWITCH.finished(finished)).isEmpty();
    }

    @Test
    void b2AnIncompleteViewIsNotServed() {
        assertThatThrownBy(() -> SWITCH.flipped(row(ACTIVE, ACTIVE, ACTIVE, READY, BACKFILLING)))
                .hasMessageContaining("'fresh'")
                .hasMessageContaining("BACKFILLING");
        assertThatThrownBy(() -> SWITCH.flipped(row(ACTIVE, ACTIVE, ACTIVE))).hasMessageContaining("not started");
        assertThatThrownBy(() -> SWITCH.flipped(row(ACTIVE, ACTIVE, ACTIVE, RETIRED, READY)))
                .hasMessageContaining("RETIRED");
    }

    @Test
    void nothingServedIsGivenUpAndNothingRetiredComesBack() {
        assertThatThrownBy(() -> SWITCH.givenUp(row(READY, ACTIVE, READY, ACTIVE, ACTIVE)))
                .hasMessageContaining("roll back first");
        assertThatThrownBy(() -> SWITCH.finished(row(ACTIVE, ACTIVE, ACTIVE, READY, READY)))
                .hasMessageContaining("not served yet");
        assertThatThrownBy(() -> SWITCH.rolledBack(row(RETIRED, ACTIVE, RETIRED, ACTIVE, ACTIVE)))
                .hasMessageContaining("is retired");
        assertThatThrownBy(() -> SWITCH.started(row(ACTIVE, ACTIVE, ACTIVE, RETIRED)))
                .hasMessageContaining("was retired");
    }

    @Test
    void aLostRaceIsDecidedAnew() {
        InMemoryControlStore store = new InMemoryControlStore();
        store.control = row(ACTIVE, ACTIVE, ACTIVE);
        boolean[] raced = {false};

        ControlRow written = CatalogSwitch.write(store, row -> {
                    var next = SWITCH.started(row);
                    if (!raced[0]) {
                        raced[0] = true;
                        store.control = row.withViews(Map.of(SAME.version(), ACTIVE));
                    }
                    return next;
                })
                .join();

        assertThat(written.rev()).isEqualTo(9);
        assertThat(written.views()).containsOnlyKeys(SAME.version(), NEW_CARTS.version(), FRESH.version());
    }

    @Test
    void nothingIsSwitchedDuringARestore() {
        InMemoryControlStore store = new InMemoryControlStore();
        assertThatThrownBy(() -> CatalogSwitch.write(store, SWITCH::started).join())
                .hasMessageContaining("nothing was ever folded");

        store.control = new ControlRow(1, "g2", ControlRow.Phase.REPLAY, Map.of());
        assertThatThrownBy(() -> CatalogSwitch.write(store, SWITCH::started).join())
                .hasMessageContaining("being restored");
    }
}
