package dev.tidemark.core.past;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The state against a checkpoint and what came after it. Replay a failing seed with {@code -Dtidemark.seed=N}. */
class AuditFromCheckpointTest {

    private static final List<String> USERS = PastWorld.USERS;
    private static final View BUYER = PastWorld.view("buyer");
    private static final View ONCE = PastWorld.view("once");

    private final PastWorld world = new PastWorld(11);

    private static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 6));
    }

    private static StateAudit audit(PastWorld world) {
        InMemoryScan scan = new InMemoryScan(world.items);
        scan.pageItems = 10_000;
        return new StateAudit(Catalogs.of(PastWorld.CATALOG), world.ports(), scan);
    }

    private static AuditStart only(PastWorld world, String checkpoint) {
        return new AuditStart(Checkpoints.only(world.checkpoints, checkpoint), Long.MAX_VALUE, Map.of());
    }

    private AuditReport audit(View view, AuditStart start) {
        return audit(world).audit(view, USERS, start, world.nowMillis()).join();
    }

    private AuditReport fromArchive(View view) {
        return audit(view, AuditStart.archive(world.checkpoints));
    }

    /** What is found from a checkpoint in the middle; the same item must be named from the beginning of the archive. */
    private Difference onlyFault(View view) {
        AuditReport report = audit(view, only(world, middle()));
        List<Difference> faults = faults(report);
        assertThat(faults).hasSize(1);
        assertThat(report.begins()).containsExactly(middle());
        assertThat(faults(fromArchive(view)).stream().map(Difference::item))
                .containsExactly(faults.get(0).item());
        return faults.get(0);
    }

    private static List<Difference> faults(AuditReport report) {
        return report.differences().stream()
                .filter(difference -> difference.kind() == Difference.Kind.FAULT)
                .toList();
    }

    private String middle() {
        List<String> ids = List.copyOf(world.checkpoints.manifests.keySet());
        return ids.get(2 * ids.size() / 3);
    }

    private Manifest manifest(String id) {
        return Objects.requireNonNull(world.checkpoints.manifests.get(id));
    }

    private Map<ItemKey, StoredItem> itemsOf(String id) {
        Map<ItemKey, StoredItem> items = new HashMap<>();
        Objects.requireNonNull(world.checkpoints.items.get(id)).forEach(item -> items.put(item.key(), item.item()));
        return items;
    }

    private Map.Entry<ItemKey, StoredItem> live(Predicate<Map.Entry<ItemKey, StoredItem>> wanted) {
        return world.items.items.entrySet().stream()
                .filter(wanted)
                .min(Comparator.comparing(
                        entry -> entry.getKey().sortKey() + entry.getKey().entity()))
                .orElseThrow();
    }

    /** An item of a live lane, as it is now, that the checkpoint in the middle has in another version. */
    private Map.Entry<ItemKey, StoredItem> movedOn(View view, boolean ids) {
        Map<ItemKey, StoredItem> then = itemsOf(middle());
        return live(entry -> entry.getKey().viewVersion().equals(view.version())
                && entry.getKey().isIds() == ids
                && then.containsKey(entry.getKey())
                && entry.getValue().mark().isAfter(then.get(entry.getKey()).mark()));
    }

    private static StoredItem flipped(StoredItem item) {
        byte[] body = item.body().clone();
        body[body.length - 1] ^= 1;
        return new StoredItem(item.mark(), body, item.expiresAtSeconds());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @DisplayName("F4: from every checkpoint, and from the archive, the state is as it should be")
    void nothingIsFoundInASoundState(long seed) {
        PastWorld any = new PastWorld(seed);
        for (View view : List.of(BUYER, ONCE)) {
            AuditReport whole = audit(any)
                    .audit(view, USERS, AuditStart.archive(any.checkpoints), any.nowMillis())
                    .join();
            assertThat(whole.count(Difference.Kind.FAULT)).isZero();
            for (String id : any.checkpoints.manifests.keySet()) {
                AuditReport report = audit(any)
                        .audit(view, USERS, only(any, id), any.nowMillis())
                        .join();
                String what = "seed " + seed + " from " + id + " " + report.differences();
                assertThat(report.count(Difference.Kind.FAULT)).as(what).isZero();
                assertThat(report.begins()).as(what).containsExactly(id);
                assertThat(report.items()).as(what).isEqualTo(whole.items());
                assertThat(report.records()).as(what).isLessThan(whole.records());
            }
            AuditReport parts = AuditReport.NONE;
            String newest = any.checkpoints.manifests.lastKey();
            for (int part = 0; part < 3; part++) {
                parts = parts.plus(audit(any)
                        .auditPart(view, part, 3, only(any, newest), any.nowMillis())
                        .join());
            }
            assertThat(parts.items()).isEqualTo(whole.items());
            assertThat(parts.count(Difference.Kind.FAULT)).isZero();
            assertThat(parts.begins()).containsExactly(newest);
        }
    }

    @Test
    void anItemChangedAfterTheCheckpointIsNamed() {
        var item = movedOn(BUYER, false);
        item.setValue(flipped(item.getValue()));

        Difference fault = onlyFault(BUYER);

        assertThat(fault.item()).isEqualTo(item.getKey().sortKey());
        assertThat(fault.text()).contains("the item of checkpoint " + middle());
    }

    @Test
    void anItemWithoutLaterEventsIsComparedToo() {
        Map<ItemKey, StoredItem> then = itemsOf(middle());
        var item = live(entry -> entry.getKey().viewVersion().equals(BUYER.version())
                && then.containsKey(entry.getKey())
                && entry.getValue().mark().equals(then.get(entry.getKey()).mark()));
        item.setValue(flipped(item.getValue()));

        assertThat(onlyFault(BUYER).text()).contains("and 0 later events");
    }

    @Test
    void anItemBornAfterTheCheckpointIsCompared() {
        Map<ItemKey, StoredItem> then = itemsOf(middle());
        var item = live(entry -> entry.getKey().viewVersion().equals(BUYER.version())
                && entry.getKey().isLive()
                && !then.containsKey(entry.getKey()));
        item.setValue(flipped(item.getValue()));

        assertThat(onlyFault(BUYER).item()).isEqualTo(item.getKey().sortKey());
    }

    @Test
    void anItemThatNoEventMadeIsNamed() {
        var item = movedOn(BUYER, false);
        ItemKey like = item.getKey();
        ItemKey key = new ItemKey(like.viewVersion(), like.entity(), like.width(), like.block() + 100_000, like.lane());
        world.items.items.put(key, item.getValue());

        assertThat(onlyFault(BUYER).text()).contains("no event belongs there");
    }

    @Test
    void anItemOlderThanInTheCheckpointIsNamed() {
        String older = world.checkpoints.manifests.firstKey();
        Map<ItemKey, StoredItem> then = itemsOf(middle());
        Map<ItemKey, StoredItem> before = itemsOf(older);
        var item = live(entry -> entry.getKey().viewVersion().equals(BUYER.version())
                && before.containsKey(entry.getKey())
                && then.containsKey(entry.getKey())
                && then.get(entry.getKey())
                        .mark()
                        .isAfter(before.get(entry.getKey()).mark()));
        item.setValue(Objects.requireNonNull(before.get(item.getKey())));

        List<Difference> faults = faults(audit(BUYER, only(world, middle())));

        assertThat(faults)
                .anyMatch(fault -> fault.item().equals(item.getKey().sortKey())
                        && fault.text().contains("which it had in checkpoint " + middle()));
        assertThat(faults).allMatch(fault -> fault.item().equals(item.getKey().sortKey()));
    }

    @Test
    void anItemThatTheCheckpointHasMustBeThere() {
        Map<ItemKey, StoredItem> then = itemsOf(middle());
        ItemKey key = live(entry -> entry.getKey().viewVersion().equals(BUYER.version())
                        && then.containsKey(entry.getKey())
                        && entry.getValue()
                                .mark()
                                .equals(then.get(entry.getKey()).mark()))
                .getKey();
        world.items.items.remove(key);

        Difference fault = onlyFault(BUYER);
        assertThat(fault.item()).isEqualTo(key.sortKey());
        assertThat(fault.text()).contains("missing").contains(middle());
    }

    @Test
    void anItemLostAfterTheCheckpointIsNamed() {
        Map<ItemKey, StoredItem> then = itemsOf(middle());
        ItemKey key = live(entry -> entry.getKey().viewVersion().equals(BUYER.version())
                        && entry.getKey().isLive()
                        && !then.containsKey(entry.getKey()))
                .getKey();
        world.items.items.remove(key);

        assertThat(onlyFault(BUYER).text()).contains("missing, although its lane is done");
    }

    @Test
    @DisplayName("T3: ids go on from the checkpoint's")
    void idsAreComparedFromTheCheckpointOn() {
        var item = movedOn(ONCE, true);
        StoredItem sound = item.getValue();
        item.setValue(flipped(sound));
        assertThat(onlyFault(ONCE).item()).isEqualTo(item.getKey().sortKey());

        Position mark = Objects.requireNonNull(
                        itemsOf(world.checkpoints.manifests.firstKey()).get(item.getKey()))
                .mark();
        item.setValue(new StoredItem(mark, sound.body(), sound.expiresAtSeconds()));
        assertThat(onlyFault(ONCE).text()).contains("which it had in checkpoint " + middle());

        world.items.items.remove(item.getKey());
        assertThat(onlyFault(ONCE).text()).contains("the ids item is missing");
    }

    @Test
    void redrivesComeFromTheirManifests() {
        var item = live(entry -> entry.getKey().viewVersion().equals(BUYER.version())
                && entry.getKey().lane().startsWith("rd1#"));
        item.setValue(flipped(item.getValue()));
        assertThat(onlyFault(BUYER).item()).isEqualTo(item.getKey().sortKey());

        world.items.items.remove(item.getKey());
        assertThat(onlyFault(BUYER).text()).contains("missing");
    }

    @Test
    void aFaultOlderThanTheCheckpointIsInBoth() {
        Map<ItemKey, StoredItem> then = itemsOf(middle());
        var item = live(entry -> entry.getKey().viewVersion().equals(BUYER.version())
                && then.containsKey(entry.getKey())
                && entry.getValue().mark().equals(then.get(entry.getKey()).mark()));
        item.setValue(flipped(item.getValue()));
        List<Found> stored = new ArrayList<>(Objects.requireNonNull(world.checkpoints.items.get(middle())));
        stored.replaceAll(one -> one.key().equals(item.getKey()) ? new Found(one.key(), item.getValue()) : one);
        world.checkpoints.items.put(middle(), stored);

        assertThat(faults(audit(BUYER, only(world, middle())))).isEmpty();
        assertThat(faults(fromArchive(BUYER)))
                .singleElement()
                .extracting(Difference::item)
                .isEqualTo(item.getKey().sortKey());
    }

    @Test
    void aCheckpointsItemThatIsNoneIsAFault() {
        ItemKey tiles = movedOn(ONCE, false).getKey();
        ItemKey ids = movedOn(ONCE, true).getKey();
        List<Found> stored = new ArrayList<>(Objects.requireNonNull(world.checkpoints.items.get(middle())));
        stored.replaceAll(one -> one.key().equals(tiles) || one.key().equals(ids)
                ? new Found(one.key(), new StoredItem(one.item().mark(), new byte[] {99}, 0))
                : one);
        world.checkpoints.items.put(middle(), stored);

        assertThat(faults(audit(ONCE, only(world, middle()))))
                .anySatisfy(fault -> {
                    assertThat(fault.item()).isEqualTo(tiles.sortKey());
                    assertThat(fault.text()).contains("cannot be read").contains(middle());
                })
                .anySatisfy(fault -> {
                    assertThat(fault.item()).isEqualTo(ids.sortKey());
                    assertThat(fault.text()).contains("cannot be read").contains(middle());
                });
    }

    /** Nothing arrives for more than a year; all but lifetime items expire, and DynamoDB has not deleted them yet. */
    @Test
    @DisplayName("C1: what had expired is not in the checkpoint, and need not be compared")
    void expiredItemsAreNotCompared() {
        long later = world.nowMillis() + 400 * 86_400_000L;
        for (View view : List.of(BUYER, ONCE)) {
            String now = add(world.nowMillis(), Map.of(), AuditFromCheckpointTest::isForEver);
            String then = add(later, Map.of(), AuditFromCheckpointTest::isForEver);

            assertThat(faults(audit(world)
                            .audit(view, USERS, only(world, now), later)
                            .join()))
                    .isNotEmpty();
            assertThat(faults(audit(world)
                            .audit(view, USERS, only(world, then), later)
                            .join()))
                    .isEmpty();
        }
    }

    private static boolean isForEver(ItemKey key) {
        return key.width().equals("all") || (key.isHead() && key.viewVersion().equals(BUYER.version()));
    }

    /** A checkpoint of the present state. */
    private String add(long timeMillis, Map<String, ViewStatus> views, Predicate<ItemKey> items) {
        ControlRow row = Objects.requireNonNull(world.control.control);
        return add(timeMillis, views.isEmpty() ? row : row.withViews(views), items);
    }

    private String add(long timeMillis, ControlRow control, Predicate<ItemKey> items) {
        String id = String.format("%013d-0001", timeMillis);
        List<LaneRow> rows = List.copyOf(world.control.lanes.values());
        world.checkpoints.manifests.put(
                id,
                new Manifest(
                        new Positions(id, timeMillis, control, rows, PastWorld.CATALOG.hash(), Map.of(), 1, 4),
                        Map.of(),
                        List.of()));
        List<Found> found = new ArrayList<>();
        world.items.items.forEach((key, item) -> {
            if (items.test(key)) {
                found.add(new Found(key, item));
            }
        });
        world.checkpoints.items.put(id, found);
        return id;
    }

    private String begin(View view, long fixedByMillis) {
        AuditStart start = new AuditStart(Checkpoints.all(world.checkpoints), fixedByMillis, Map.of());
        return audit(view, start).begins().first();
    }

    @Test
    void theNewestThatWasFixedByAMomentIsTheBeginning() {
        for (String id : world.checkpoints.manifests.keySet()) {
            assertThat(begin(BUYER, manifest(id).timeMillis())).isEqualTo(id);
        }
        assertThat(begin(BUYER, manifest(middle()).timeMillis() + 1)).isEqualTo(middle());
        assertThat(begin(BUYER, PastWorld.START_MILLIS)).isEqualTo(AuditReport.ARCHIVE);
        assertThat(audit(BUYER, AuditStart.archive(world.checkpoints)).begins()).containsExactly(AuditReport.ARCHIVE);
    }

    @Test
    void aViewMustHaveBeenCompleteInIt() {
        world.checkpoints.manifests.clear();
        String id = add(
                world.nowMillis(),
                Map.of(BUYER.version(), ViewStatus.READY, ONCE.version(), ViewStatus.BACKFILLING),
                key -> true);

        assertThat(begin(BUYER, Long.MAX_VALUE)).isEqualTo(id);
        assertThat(begin(ONCE, Long.MAX_VALUE)).isEqualTo(AuditReport.ARCHIVE);
    }

    @Test
    @DisplayName("R1: a checkpoint of an earlier generation may hold what the restore left out")
    void onlyCheckpointsThatTheStateWentOnFrom() {
        ControlRow row = Objects.requireNonNull(world.control.control);
        String newest = world.checkpoints.manifests.lastKey();
        long restored = manifest(middle()).asOfMillisOfAll();
        world.control.control =
                new ControlRow(1, "g2", row.phase(), row.views(), new ControlRow.Restore(middle(), restored));

        assertThat(begin(BUYER, Long.MAX_VALUE)).isEqualTo(middle());
        assertThat(audit(BUYER, only(world, newest)).begins()).containsExactly(AuditReport.ARCHIVE);
        assertThat(begin(BUYER, manifest(middle()).timeMillis() - 1)).isEqualTo(AuditReport.ARCHIVE);

        String own = add(world.nowMillis(), Objects.requireNonNull(world.control.control), key -> true);
        assertThat(begin(BUYER, Long.MAX_VALUE)).isEqualTo(own);
    }

    @Test
    void whatHoldsSeveralEntitiesOfASampleIsReadOnce() {
        Map<View, List<String>> sample = Map.of(BUYER, USERS, ONCE, USERS);
        AuditStart start = new AuditStart(Checkpoints.all(world.checkpoints), Long.MAX_VALUE, sample);
        audit(BUYER, start);
        audit(ONCE, start);

        assertThat(world.checkpoints.bucketsRead).doesNotHaveDuplicates().hasSizeBetween(1, 4);
    }
}
