package dev.tidemark.core.past;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers again, from checkpoints. Replay a failing seed with {@code -Dtidemark.seed=N}. */
class ReceiptFromCheckpointTest {

    private static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 3));
    }

    private static ReceiptReplay.Reproduced again(
            PastWorld world, View view, Receipt receipt, Checkpoints checkpoints) {
        return new ReceiptReplay(Catalogs.of(PastWorld.CATALOG), world.ports())
                .reproduce(view, receipt, checkpoints)
                .join();
    }

    private static void assertSame(ReceiptReplay.Reproduced from, ReceiptReplay.Reproduced whole, String what) {
        assertThat(from.answer().values()).as(what).isEqualTo(whole.answer().values());
        assertThat(from.answer().approximations())
                .as(what)
                .isEqualTo(whole.answer().approximations());
        assertThat(from.answer().reads()).as(what).isEqualTo(whole.answer().reads());
        assertThat(from.today().values()).as(what).isEqualTo(whole.today().values());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void manyAnswersAreTheSameAsOneByOne(long seed) {
        PastWorld world = new PastWorld(seed);
        Checkpoints all = Checkpoints.all(world.checkpoints);
        List<PastWorld.Asked> asked = world.asked.subList(world.asked.size() / 2, world.asked.size() / 2 + 40);
        List<ReceiptReplay.Wanted> wanted = asked.stream()
                .map(one -> new ReceiptReplay.Wanted(one.view(), AuditTest.receipt(one)))
                .toList();

        List<ReceiptReplay.Reproduced> together = new ReceiptReplay(Catalogs.of(PastWorld.CATALOG), world.ports())
                .reproduce(wanted, all)
                .join();

        assertThat(together).hasSameSizeAs(asked);
        assertThat(together.stream().map(one -> one.made().checkpoint()).distinct())
                .as("one beginning for all")
                .hasSize(1)
                .doesNotContainNull();
        for (int i = 0; i < asked.size(); i++) {
            PastWorld.Asked one = asked.get(i);
            assertSame(
                    together.get(i),
                    again(world, one.view(), AuditTest.receipt(one), Checkpoints.none(world.checkpoints)),
                    one.view().name() + " of " + one.user() + " at " + one.atMillis());
            assertThat(together.get(i).answer().values()).isEqualTo(one.answer().values());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theAnswerIsTheSameFromACheckpoint(long seed) {
        PastWorld world = new PastWorld(seed);
        Checkpoints none = Checkpoints.none(world.checkpoints);
        Checkpoints all = Checkpoints.all(world.checkpoints);
        TreeSet<String> used = new TreeSet<>();
        long spared = 0;

        for (List<PastWorld.Asked> asked : List.of(world.asked, world.askedInFlight)) {
            for (int i = (int) (seed % 5); i < asked.size(); i += 5) {
                PastWorld.Asked one = asked.get(i);
                Receipt receipt = AuditTest.receipt(one);
                ReceiptReplay.Reproduced from = again(world, one.view(), receipt, all);
                ReceiptReplay.Reproduced whole = again(world, one.view(), receipt, none);

                String what = one.view().name() + " of " + one.user() + " at " + one.atMillis() + " from "
                        + from.made().checkpoint() + ", seed " + seed;
                assertThat(from.answer().values())
                        .as(what)
                        .isEqualTo(one.answer().values());
                assertSame(from, whole, what);
                assertThat(whole.made().checkpoint()).isNull();
                String checkpoint = from.made().checkpoint();
                if (checkpoint != null) {
                    used.add(checkpoint);
                    spared += whole.made().records() - from.made().records();
                }
            }
        }
        assertThat(used).as("checkpoints begun with").hasSizeGreaterThan(3);
        assertThat(spared).as("records").isPositive();
    }

    /** An answer of a fold that lags: its moment is later than what it names, and checkpoints were taken in between. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aCheckpointThatHoldsMoreThanTheReceiptNamesIsPassedOver(long seed) {
        PastWorld world = new PastWorld(seed);
        int passedOver = 0;
        int begun = 0;

        for (int i = (int) (seed % 7); i < world.asked.size(); i += 7) {
            PastWorld.Asked one = world.asked.get(i);
            for (boolean untilAt : List.of(true, false)) {
                Receipt receipt = later(AuditTest.receipt(one), 1_800_000, untilAt);
                ReceiptReplay.Reproduced from = again(world, one.view(), receipt, Checkpoints.all(world.checkpoints));
                ReceiptReplay.Reproduced whole = again(world, one.view(), receipt, Checkpoints.none(world.checkpoints));

                assertSame(from, whole, one.user() + " at " + one.atMillis() + ", seed " + seed);
                String serving = Checkpoints.all(world.checkpoints)
                        .newest(manifest -> Checkpoints.asOf(manifest, one.view(), receipt.atMillis()))
                        .join()
                        .map(manifest -> manifest.id())
                        .orElse(null);
                passedOver += Objects.equals(serving, from.made().checkpoint()) ? 0 : 1;
                begun += from.made().checkpoint() == null ? 0 : 1;
            }
        }
        assertThat(passedOver).isPositive();
        assertThat(begun).isPositive();
    }

    private static Receipt later(Receipt of, long millis, boolean untilAt) {
        return new Receipt(
                of.catalogHash(),
                of.viewVersion(),
                of.entity(),
                of.atMillis() + millis,
                of.names(),
                of.lanes(),
                of.ahead(),
                untilAt);
    }

    @Test
    void aCheckpointOfLanesThatBeganOtherwiseIsNotUsed() {
        PastWorld world = new PastWorld(2);
        PastWorld.Asked last = world.asked.get(world.asked.size() - 1);
        Receipt receipt = AuditTest.receipt(last);
        Checkpoints all = Checkpoints.all(world.checkpoints);
        assertThat(again(world, last.view(), receipt, all).made().checkpoint()).isNotNull();

        LaneRow row = Objects.requireNonNull(world.control.lanes.get(PastWorld.SECOND.id()));
        Map<String, Position> activations = Map.of(row.lane().id(), new Position("7", 0));
        world.redrives
                .settle(new RedriveLog.Repairs(last.view().name(), last.view().version(), activations, 0, Map.of()))
                .join();
        world.control.lanes.put(
                row.lane().id(),
                new LaneRow(
                        row.lane(),
                        row.rev(),
                        row.last(),
                        row.count(),
                        row.maxArrivalMillis(),
                        "g2",
                        Map.of(last.view().version(), new Position("7", 0)),
                        Map.of(),
                        row.ancestors()));

        assertThat(again(world, last.view(), receipt, all).made().checkpoint()).isNull();
    }
}
