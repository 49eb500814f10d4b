package dev.tidemark.core.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.Phase;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryCutLog;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.Model;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CutMakerTest {

    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop, event_time: {field: ts, format: epoch_millis}}
              other: {stream: other, event_time: {field: ts, format: epoch_millis}}
            views:
              buyer:
                source: shop
                entity: user
                features:
                  buys: {function: count, windows: [1h]}
              item:
                source: other
                entity: item
                features:
                  sold: {function: count, windows: [1h]}
            models:
              price:
                inputs: [buyer: [buys_1h]]
            """);
    private static final Model MODEL = CATALOG.model("price").orElseThrow();
    private static final String VIEW = CATALOG.view("buyer").orElseThrow().version();
    private static final Lane FIRST = lane("shop", 0);
    private static final Lane SECOND = lane("shop", 1);
    private static final Lane OTHER = lane("other", 0);

    private final InMemoryControlStore control = new InMemoryControlStore();
    private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    private final InMemoryCutLog cuts = new InMemoryCutLog();
    private final InMemoryLineage lineage = new InMemoryLineage();
    private long nowMillis = 1_000;

    CutMakerTest() {
        control.control = new ControlRow(1, "g1", Phase.LIVE, Map.of(VIEW, ViewStatus.ACTIVE));
        put(row(FIRST, 10, 500, Map.of()));
        put(row(OTHER, 7, 900, Map.of()));
    }

    private static Lane lane(String stream, int shard) {
        return new Lane("arn:aws:kinesis:eu-central-1:111122223333:stream/" + stream, 1, "shardId-00000000000" + shard);
    }

    private static LaneRow row(Lane lane, long last, long arrivalMillis, Map<String, Long> ancestors) {
        return new LaneRow(
                lane,
                1,
                last == 0 ? Position.ORIGIN : new Position("" + last, 0),
                last,
                arrivalMillis,
                "g1",
                Map.of(VIEW, Position.ORIGIN),
                Map.of(),
                ancestors);
    }

    private void put(LaneRow row) {
        control.lanes.put(row.lane().id(), row);
    }

    private void redrive() {
        RawRecord record = new RawRecord(new Position("3", 0), 1, "key", new byte[0]);
        redrives.append(new RedriveLog.Manifest(
                        redrives.manifests.size() + 1,
                        1,
                        List.of(new RedriveLog.Entry("buyer", VIEW, FIRST, record, ""))))
                .join();
    }

    private Cut make(CutLog log) {
        return new CutMaker(control, redrives, log, lineage, () -> nowMillis)
                .make(CATALOG, MODEL)
                .join();
    }

    @Test
    void hasTheRowsOfTheModelsStreamsAndTheLastRedrive() {
        redrive();

        Cut cut = make(cuts);

        assertThat(cut)
                .isEqualTo(new Cut(
                        "price", MODEL.hash(), CATALOG.hash(), 1, 1_000, List.of(row(FIRST, 10, 500, Map.of())), 1));
        assertThat(cut.asOfMillis("shop")).isEqualTo(500);
        assertThat(cut.asOfMillis("other")).isEqualTo(Long.MIN_VALUE);
        assertThat(cuts.read("price", 1).join()).isEqualTo(cut);
    }

    @Test
    void isMadeOnlyWhenSomethingHasChanged() {
        Cut first = make(cuts);
        nowMillis = 2_000;
        assertThat(make(cuts)).isEqualTo(first);

        put(row(OTHER, 8, 901, Map.of()));
        assertThat(make(cuts)).as("another stream").isEqualTo(first);

        put(row(FIRST, 11, 501, Map.of()));
        assertThat(make(cuts).number()).isEqualTo(2);
        redrive();
        Cut third = make(cuts);
        assertThat(third.number()).isEqualTo(3);
        assertThat(third.lastRedrive()).isEqualTo(1);
        assertThat(third.madeMillis()).isEqualTo(2_000);
    }

    /** What no row knows is asked of the stream, which may forget it. */
    @Test
    void hasTheAncestorsThatTheStreamKnows() {
        LaneRow unasked = new LaneRow(
                SECOND, 1, new Position("4", 0), 4, 700, "g1", Map.of(VIEW, Position.ORIGIN), Map.of(), null);
        put(unasked);
        lineage.parents.put(SECOND.id(), List.of(FIRST));

        assertThat(make(cuts).lanes())
                .containsExactlyInAnyOrder(
                        row(FIRST, 10, 500, Map.of()), unasked.withKnownAncestors(Map.of(FIRST.id(), 500L)));
    }

    /** Another maker takes the number first. */
    @Test
    void aLostRaceIsRunAgain() {
        Cut other = new Cut("price", MODEL.hash(), "another", 1, 5, List.of(row(FIRST, 9, 400, Map.of())), 0);
        Cut made = make(new Delegate() {
            @Override
            public CompletableFuture<Boolean> append(Cut cut) {
                cuts.append(other).join();
                return cuts.append(cut);
            }
        });

        assertThat(made.number()).isEqualTo(2);
        assertThat(cuts.cuts.get("price")).containsExactly(other, made);
    }

    @Test
    void aLostAnswerIsAskedFor() {
        Cut made = make(new Delegate() {
            private boolean isAnswered;

            @Override
            public CompletableFuture<Boolean> append(Cut cut) {
                CompletableFuture<Boolean> stored = cuts.append(cut);
                boolean answers = isAnswered;
                isAnswered = true;
                return answers ? stored : CompletableFuture.failedFuture(new IllegalStateException("no answer"));
            }
        });

        assertThat(cuts.cuts.get("price")).containsExactly(made);
    }

    @Test
    void isRefusedWhileTheStateIsNotWhatIsServed() {
        make(cuts);

        control.control = new ControlRow(2, "g1", Phase.REPLAY, Map.of(VIEW, ViewStatus.ACTIVE));
        assertRefused("is being restored");
        control.control = new ControlRow(3, "g1", Phase.LIVE, Map.of(VIEW, ViewStatus.BACKFILLING));
        assertRefused("view 'buyer' (version " + VIEW + ") is being backfilled");
        control.control = new ControlRow(4, "g1", Phase.LIVE, Map.of(VIEW, ViewStatus.ACTIVE));
        put(row(FIRST, 9, 499, Map.of()));
        assertRefused("is at '9:0', before cut 1 of model 'price' at '10:0'");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> make(cuts))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
    }

    private abstract class Delegate implements CutLog {

        @Override
        public CompletableFuture<Long> last(String model) {
            return cuts.last(model);
        }

        @Override
        public CompletableFuture<Cut> read(String model, long number) {
            return cuts.read(model, number);
        }
    }
}
