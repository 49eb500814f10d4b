package dev.tidemark.core.past;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.StateScan;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The state and receipts against the archive. Replay a failing seed with {@code -Dtidemark.seed=N}. */
class AuditTest {

    private static final List<String> USERS = PastWorld.USERS;
    private static final View BUYER = PastWorld.view("buyer");
    private static final View ONCE = PastWorld.view("once");

    private static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 3));
    }

    /** The items of a world, in one page for each. */
    private record Scan(PastWorld world) implements StateScan {

        @Override
        public CompletableFuture<Page> scan(int segment, int segments, @Nullable ItemKey after) {
            List<ItemStore.Found> all = found(key -> true);
            int from = 0;
            while (after != null && from < all.size() && !all.get(from++).key().equals(after)) {
                // On to the page after.
            }
            int to = Math.min(all.size(), from + 7);
            return CompletableFuture.completedFuture(new Page(
                    all.subList(from, to),
                    to == all.size() ? null : all.get(to - 1).key()));
        }

        @Override
        public CompletableFuture<List<ItemStore.Found>> entity(String viewVersion, String entity) {
            return CompletableFuture.completedFuture(found(
                    key -> key.viewVersion().equals(viewVersion) && key.entity().equals(entity)));
        }

        private List<ItemStore.Found> found(Predicate<ItemKey> wanted) {
            return world.items.items.entrySet().stream()
                    .filter(entry -> wanted.test(entry.getKey()))
                    .map(entry -> new ItemStore.Found(entry.getKey(), entry.getValue()))
                    .sorted(Comparator.comparing(
                            item -> item.key().partitionKey() + " " + item.key().sortKey()))
                    .toList();
        }
    }

    private static StateAudit audit(PastWorld world) {
        return new StateAudit(Catalogs.of(PastWorld.CATALOG), world.ports(), new Scan(world));
    }

    private static AuditReport audit(PastWorld world, View view) {
        return audit(world)
                .audit(view, USERS, AuditStart.archive(world.checkpoints), world.nowMillis())
                .join();
    }

    /** Changes one item and expects it to be named, and nothing else. */
    private static Difference onlyFault(PastWorld world, View view) {
        AuditReport report = audit(world, view);
        List<Difference> faults = report.differences().stream()
                .filter(difference -> difference.kind() == Difference.Kind.FAULT)
                .toList();
        assertThat(faults).hasSize(1);
        assertThat(report.count(Difference.Kind.FAULT)).isEqualTo(1);
        return faults.get(0);
    }

    private static Map.Entry<ItemKey, StoredItem> some(PastWorld world, View view, boolean ids, String lane) {
        return world.items.items.entrySet().stream()
                .filter(entry -> entry.getKey().viewVersion().equals(view.version())
                        && entry.getKey().isIds() == ids
                        && entry.getKey().lane().equals(lane))
                .min(Comparator.comparing(
                        entry -> entry.getKey().sortKey() + entry.getKey().entity()))
                .orElseThrow();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theStateIsWhatTheArchiveMakesIt(long seed) {
        PastWorld world = new PastWorld(seed);
        for (View view : List.of(BUYER, ONCE)) {
            AuditReport report = audit(world, view);
            assertThat(report.count(Difference.Kind.FAULT))
                    .as(seed + " " + report.differences())
                    .isZero();
            long items = world.items.items.keySet().stream()
                    .filter(key -> key.viewVersion().equals(view.version()))
                    .count();
            AuditReport parts = AuditReport.NONE;
            for (int part = 0; part < 3; part++) {
                parts = parts.plus(audit(world)
                        .auditPart(view, part, 3, AuditStart.archive(world.checkpoints), world.nowMillis())
                        .join());
            }
            assertThat(parts.items()).isEqualTo(items);
            assertThat(parts.begins()).containsExactly(AuditReport.ARCHIVE);
            assertThat(parts.counts()).isEqualTo(report.counts());
        }
    }

    @Test
    void theFoldMayBeAheadOfTheLaneRow() {
        PastWorld world = new PastWorld(4);
        var row = Objects.requireNonNull(world.control.lanes.get(PastWorld.CHILD.id()));
        world.control.lanes.put(
                row.lane().id(),
                new LaneRow(
                        row.lane(),
                        row.rev(),
                        Position.ORIGIN,
                        0,
                        Long.MIN_VALUE,
                        row.generation(),
                        row.views(),
                        Map.of(),
                        row.ancestors()));

        assertThat(audit(world, BUYER).counts()).isEmpty();
    }

    @Test
    void aChangedItemIsNamed() {
        PastWorld world = new PastWorld(1);
        var item = some(world, BUYER, false, PastWorld.CHILD.id());
        byte[] body = item.getValue().body().clone();
        body[body.length - 1] ^= 1;
        item.setValue(
                new StoredItem(item.getValue().mark(), body, item.getValue().expiresAtSeconds()));

        Difference fault = onlyFault(world, BUYER);

        assertThat(fault.item()).isEqualTo(item.getKey().sortKey());
        assertThat(fault.entity()).isEqualTo(item.getKey().entity());
        assertThat(fault.text()).contains(item.getValue().mark().text());
        assertThat(fault.position()).isNotEmpty();
    }

    @Test
    void aLostItemIsNamed() {
        PastWorld world = new PastWorld(2);
        ItemKey key = some(world, BUYER, false, PastWorld.SECOND.id()).getKey();
        world.items.items.remove(key);

        Difference fault = onlyFault(world, BUYER);

        assertThat(fault.item()).isEqualTo(key.sortKey());
        assertThat(fault.text()).contains("missing");
    }

    @Test
    void anOlderVersionOfAnItemHasLostEvents() {
        PastWorld young = new PastWorld(3, 30);
        PastWorld world = new PastWorld(3);
        Map<ItemKey, StoredItem> changed = new HashMap<>(young.items.items);
        changed.keySet()
                .removeIf(key -> !key.viewVersion().equals(BUYER.version())
                        || Objects.requireNonNull(world.items.items.get(key))
                                .mark()
                                .equals(Objects.requireNonNull(young.items.items.get(key))
                                        .mark()));
        ItemKey key = changed.keySet().stream()
                .min(Comparator.comparing(ItemKey::sortKey))
                .orElseThrow();
        world.items.items.put(key, Objects.requireNonNull(young.items.items.get(key)));

        Difference fault = onlyFault(world, BUYER);

        assertThat(fault.item()).isEqualTo(key.sortKey());
        assertThat(fault.text()).contains("later event");
    }

    @Test
    void anItemThatNoEventMadeIsNamed() {
        PastWorld world = new PastWorld(5);
        var item = some(world, BUYER, false, PastWorld.SECOND.id());
        ItemKey like = item.getKey();
        ItemKey key = new ItemKey(like.viewVersion(), like.entity(), like.width(), like.block() + 100_000, like.lane());
        world.items.items.put(key, item.getValue());

        assertThat(onlyFault(world, BUYER).text()).contains("no event belongs there");
    }

    @Test
    void aChangedIdsItemIsNamed() {
        PastWorld world = new PastWorld(6);
        var item = some(world, ONCE, true, PastWorld.SECOND.id());
        byte[] body = item.getValue().body().clone();
        body[body.length - 1] ^= 1;
        item.setValue(
                new StoredItem(item.getValue().mark(), body, item.getValue().expiresAtSeconds()));

        assertThat(onlyFault(world, ONCE).item()).isEqualTo(item.getKey().sortKey());
    }

    @Test
    void itemsOfRedrivesAreCompared() {
        PastWorld world = new PastWorld(7);
        var item = world.items.items.entrySet().stream()
                .filter(entry -> entry.getKey().lane().startsWith("rd1#")
                        && entry.getKey().viewVersion().equals(BUYER.version()))
                .findFirst()
                .orElseThrow();
        item.setValue(new StoredItem(new Position("7", 0), item.getValue().body(), 0));

        assertThat(audit(world, BUYER).differences())
                .anyMatch(difference -> difference.item().equals(item.getKey().sortKey()));
    }

    @Test
    void aRedriveMustBeThereOnceItIsDone() {
        PastWorld world = new PastWorld(7);
        ItemKey key = world.items.items.keySet().stream()
                .filter(one ->
                        one.lane().startsWith("rd1#") && one.viewVersion().equals(BUYER.version()))
                .findFirst()
                .orElseThrow();
        world.items.items.remove(key);
        assertThat(onlyFault(world, BUYER).item()).isEqualTo(key.sortKey());

        world.redrives.done.clear();
        assertThat(audit(world, BUYER).counts()).as("under way").isEmpty();
    }

    @Test
    void aRestoreToAMomentHasNoLaterRedrives() {
        PastWorld world = new PastWorld(7);
        world.items
                .items
                .keySet()
                .removeIf(key ->
                        key.lane().startsWith("rd1#") && key.viewVersion().equals(BUYER.version()));
        long redriven = world.redrives.read(1).join().timeMillis();
        ControlRow row = Objects.requireNonNull(world.control.control);

        world.control.control = restored(row, redriven);
        assertThat(audit(world, BUYER).count(Difference.Kind.FAULT)).isPositive();
        world.control.control = restored(row, redriven - 1);
        assertThat(audit(world, BUYER).counts()).isEmpty();
    }

    private static ControlRow restored(ControlRow row, long targetMillis) {
        return new ControlRow(
                row.rev(), "g2", row.phase(), row.views(), new ControlRow.Restore("checkpoint", targetMillis));
    }

    @Test
    void copiesBeyondWhatTheRulePromisesAreNoFault() {
        AuditReport report = AuditReport.NONE;
        for (long seed = 0; seed < 4; seed++) {
            report = report.plus(audit(new PastWorld(seed), ONCE));
        }
        assertThat(report.count(Difference.Kind.DUPLICATE)).isPositive();
        assertThat(report.count(Difference.Kind.FAULT)).isZero();
    }

    @Test
    void aStateOfOtherDefinitionsIsNotCompared() {
        PastWorld world = new PastWorld(8);
        world.control.control = new ControlRow(2, "g1", ControlRow.Phase.LIVE, Map.of());

        AuditReport report = audit(world, BUYER);

        assertThat(report.counts()).isEqualTo(Map.of(Difference.Kind.DEFINITION, 1L));
        assertThat(report.items()).isZero();
    }

    @Test
    void anArchiveWithAHoleIsNotUsed() {
        PastWorld world = new PastWorld(9);
        world.archive.segments.remove(world.archive.segments.size() / 2);

        assertThatThrownBy(() -> audit(world, BUYER)).hasCauseInstanceOf(DamagedArchive.class);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void receiptsBringTheSameAnswers(long seed) {
        PastWorld world = new PastWorld(seed);
        ReceiptReplay replay = new ReceiptReplay(Catalogs.of(PastWorld.CATALOG), world.ports());
        int ahead = 0;

        for (List<PastWorld.Asked> asked : List.of(world.asked, world.askedInFlight)) {
            for (int i = (int) (seed % 3); i < asked.size(); i += 3) {
                PastWorld.Asked one = asked.get(i);
                Answer again = replay.reproduce(one.view(), receipt(one), Checkpoints.none(world.checkpoints))
                        .join()
                        .answer();

                assertThat(again.values())
                        .as(one.user() + " at " + one.atMillis() + ", seed " + seed)
                        .isEqualTo(one.answer().values());
                assertThat(again.approximations()).isEqualTo(one.answer().approximations());
                ahead += one.answer().ahead().size();
            }
        }
        assertThat(ahead).isPositive();
    }

    static Receipt receipt(PastWorld.Asked asked) {
        Map<String, Position> lanes = new HashMap<>();
        asked.answer().progress().lanes().forEach(row -> lanes.put(row.lane().id(), row.last()));
        Map<String, Position> ahead = new HashMap<>();
        asked.answer().ahead().forEach(item -> ahead.put(item.sortKey(), item.mark()));
        return new Receipt(
                PastWorld.CATALOG.hash(),
                asked.view().version(),
                asked.user(),
                asked.atMillis(),
                List.copyOf(asked.answer().values().keySet()),
                lanes,
                ahead,
                false);
    }

    @Test
    void aReceiptOfAnotherVersionIsRefused() {
        PastWorld world = new PastWorld(1);
        ReceiptReplay replay = new ReceiptReplay(Catalogs.of(PastWorld.CATALOG), world.ports());

        assertThatThrownBy(
                        () -> replay.reproduce(ONCE, receipt(world.asked.get(0)), Checkpoints.none(world.checkpoints)))
                .hasMessageContaining(ONCE.version());
    }
}
