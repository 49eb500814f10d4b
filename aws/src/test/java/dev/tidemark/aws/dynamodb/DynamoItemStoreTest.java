package dev.tidemark.aws.dynamodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DynamoItemStoreTest {

    private static final String TABLE = "items-" + UUID.randomUUID();

    /** As long as Kinesis's: a DynamoDB number could not hold it. */
    private static final String SEQUENCE = "49590338271490256608559692538361571095921575989136588898";

    private static final Position FIRST = new Position(SEQUENCE, 0);
    private static final Position SECOND = new Position(SEQUENCE, 7);
    private static final Position THIRD = new Position(SEQUENCE + "1", 0);

    private final CapacityCounter capacity = new CapacityCounter();
    private final DynamoItemStore store = new DynamoItemStore(
            LocalAws.clients().dynamoDb(), LocalAws.clients().dynamoDbWrites(), TABLE, capacity, Backoff.system());
    private final String entity = "user|" + UUID.randomUUID();

    @BeforeAll
    static void createTable() {
        Tables.create(LocalAws.clients().dynamoDb(), TABLE, TABLE + "-control").join();
    }

    @Test
    void writesAnItemThatIsNotThereAndReadsItBack() {
        ItemKey key = key("5s", 3, "lane.0");

        assertThat(store.put(key, item(FIRST, "body", 1_900_000_000), null).join())
                .isInstanceOf(Cas.Stored.class);

        StoredItem read = read(key);
        assertThat(read.mark()).isEqualTo(FIRST);
        assertThat(read.body()).asString().isEqualTo("body");
        assertThat(read.expiresAtSeconds()).isEqualTo(1_900_000_000);
        assertThat(store.read(List.of(key("5s", 4, "lane.0"))).join()).isEmpty();
        assertThat(capacity.writeUnits()).isEqualTo(1.0);
        assertThat(capacity.readUnits()).isPositive();
    }

    @Test
    void anItemThatDoesNotExpireHasNoTtlAttribute() {
        ItemKey key = key("life", 0, "lane.0");
        store.put(key, item(FIRST, "x", 0), null).join();

        Map<String, AttributeValue> stored = LocalAws.clients()
                .dynamoDb()
                .getItem(request -> request.tableName(TABLE).key(ItemAttributes.key(key)))
                .join()
                .item();

        assertThat(stored.keySet()).containsExactlyInAnyOrder("pk", "sk", "m", "b");
        assertThat(read(key).expiresAtSeconds()).isZero();
    }

    @Test
    void aPutOnAnotherMarkIsAConflictThatShowsWhatIsStored() {
        ItemKey key = key("5s", 5, "lane.0");
        store.put(key, item(FIRST, "one", 0), null).join();
        store.put(key, item(SECOND, "two", 0), FIRST).join();

        assertThat(conflict(store.put(key, item(THIRD, "three", 0), FIRST).join()))
                .isEqualTo("two");
        assertThat(conflict(store.put(key, item(THIRD, "three", 0), null).join()))
                .isEqualTo("two");
        assertThat(read(key).mark()).isEqualTo(SECOND);
    }

    @Test
    void aPutOnAMarkWhereNothingIsStoredIsAConflictWithNothing() {
        Cas<StoredItem> outcome =
                store.put(key("5s", 6, "lane.0"), item(SECOND, "x", 0), FIRST).join();

        assertThat(outcome).isEqualTo(new Cas.Conflict<StoredItem>(null));
    }

    @Test
    void manyItemsAreWrittenWhateverIsThere() {
        List<Found> items = Stream.iterate(0, block -> block < ItemStore.MOST_PUTS, block -> block + 1)
                .map(block -> new Found(key("5s", 100 + block, "lane.0"), item(SECOND, "body " + block, 0)))
                .toList();
        store.put(items.get(3).key(), item(FIRST, "before", 0), null).join();

        store.putAll(items).join();
        store.putAll(items).join();

        for (Found one : items) {
            assertThat(read(one.key()).mark()).isEqualTo(SECOND);
            assertThat(read(one.key()).body()).isEqualTo(one.item().body());
        }
        assertThat(capacity.writeUnits()).isEqualTo(1.0 + 2 * ItemStore.MOST_PUTS);
    }

    @Test
    void theBytesOfAnItemAreThoseThatDynamoDbCharges() {
        for (long expires : new long[] {0, 1_987_654_321L}) {
            int room = (int) (1_024 - new Found(key("5s", 200, "lane.\u00e4"), item(SECOND, "", expires)).bytes());
            for (int body : new int[] {room, room + 1}) {
                // Of what is overwritten the larger is charged.
                String lane = "lane." + (char) ('\u00e0' + body % 2 + (expires == 0 ? 0 : 2));
                Found item = new Found(key("5s", 200, lane), item(SECOND, "x".repeat(body), expires));
                double before = capacity.writeUnits();
                store.putAll(List.of(item)).join();

                assertThat(capacity.writeUnits() - before)
                        .as("%d bytes", item.bytes())
                        .isEqualTo(body == room ? 1.0 : 2.0);
            }
        }
    }

    @Test
    void repeatingAPutThatWasAppliedIsAConflictWithOnesOwnMark() {
        ItemKey key = key("5s", 7, "lane.0");
        store.put(key, item(FIRST, "mine", 0), null).join();

        Cas<StoredItem> outcome = store.put(key, item(FIRST, "mine", 0), null).join();

        assertThat(current(outcome).mark()).isEqualTo(FIRST);
    }

    @Test
    void anItemOverTheSizeLimitIsRefused() {
        Cas<StoredItem> outcome = store.put(key("5s", 8, "lane.0"), new StoredItem(FIRST, new byte[500_000], 0), null)
                .join();

        assertThat(outcome).isInstanceOf(Cas.Refused.class);
    }

    @Test
    void readsMoreKeysThanOneRequestTakesAndAnyKeyTwice() {
        List<ItemKey> keys = new ArrayList<>();
        for (int block = 0; block < 250; block++) {
            ItemKey key = key("1h", block, "lane.0");
            store.put(key, item(FIRST, "block " + block, 0), null).join();
            keys.add(key);
            keys.add(key);
        }

        Map<ItemKey, StoredItem> found = store.read(keys).join();

        assertThat(found).hasSize(250);
        assertThat(requireNonNull(found.get(key("1h", 249, "lane.0"))).body())
                .asString()
                .isEqualTo("block 249");
        assertThat(store.read(List.of()).join()).isEmpty();
    }

    @Test
    void aQueryFindsTheBlocksOfAllLanesInRangeAndNothingElse() {
        for (long block : new long[] {8, 9, 10, 11, 12}) {
            store.put(key("1h", block, "aaaa.0"), item(FIRST, "a" + block, 0), null)
                    .join();
            store.put(key("1h", block, "bf#aaaa.0"), item(FIRST, "b" + block, 0), null)
                    .join();
        }
        store.put(key("1d", 10, "aaaa.0"), item(FIRST, "day", 0), null).join();

        List<Found> found = store.query("view1", entity, List.of(new BlockRange("1h", 9, 11)))
                .join();

        assertThat(found)
                .extracting(each -> new String(each.item().body(), UTF_8))
                .containsExactlyInAnyOrder("a9", "b9", "a10", "b10", "a11", "b11");
        assertThat(found).extracting(each -> each.key().entity()).containsOnly(entity);
        assertThat(store.query("view2", entity, List.of(new BlockRange("1h", 0, 99)))
                        .join())
                .isEmpty();
    }

    @Test
    void oneQueryReadsWhatLiesBesideAHead() {
        List<ItemKey> beside = List.of(
                key("5s", 10, "lane.0"),
                key("5s", 11, "lane.0"),
                key("all", 0, "lane.0"),
                key("day", 3, "lane.0"),
                ItemKey.head("view1", entity, "lane.0"),
                ItemKey.head("view1", entity, "lane.1"),
                key("hour", 77, "lane.0"),
                key("hour", 76, "lane.0"));
        List<ItemKey> apart =
                List.of(key("5s", 9, "lane.0"), key("hour", 75, "lane.0"), ItemKey.ids("view1", entity, "lane.0"));
        for (ItemKey key : Stream.concat(apart.stream(), beside.stream()).toList()) {
            store.put(key, item(FIRST, key.sortKey(), 0), null).join();
        }

        List<Found> found = store.query(
                        "view1",
                        entity,
                        List.of(
                                new BlockRange("5s", 10, 11),
                                new BlockRange("all", 0, 0),
                                new BlockRange("day", 3, 3),
                                BlockRange.HEADS,
                                new BlockRange("hour", 76, 77)))
                .join();

        assertThat(found).extracting(Found::key).containsExactlyElementsOf(beside);
    }

    @Test
    void readsAnItemAsItIsStored() {
        ItemKey head = ItemKey.head("view1", entity, "lane.0");
        assertThat(store.readStored(head).join()).isEmpty();
        store.put(head, item(FIRST, "tiles", 0), null).join();
        assertThat(store.readStored(head).join().orElseThrow().mark()).isEqualTo(FIRST);
    }

    @Test
    void aQueryFollowsEveryPage() {
        for (int block = 0; block < 12; block++) {
            store.put(key("1d", block, "lane.0"), new StoredItem(FIRST, new byte[300_000], 0), null)
                    .join();
        }

        List<Found> found = store.query("view1", entity, List.of(new BlockRange("1d", 0, 11)))
                .join();

        assertThat(found).as("3.6 MB, and a page holds 1 MB").hasSize(12);
    }

    private ItemKey key(String width, long block, String lane) {
        return new ItemKey("view1", entity, width, block, lane);
    }

    private static StoredItem item(Position mark, String body, long expiresAtSeconds) {
        return new StoredItem(mark, body.getBytes(UTF_8), expiresAtSeconds);
    }

    private StoredItem read(ItemKey key) {
        return requireNonNull(store.read(List.of(key)).join().get(key), "nothing is stored");
    }

    private static String conflict(Cas<StoredItem> outcome) {
        return new String(current(outcome).body(), UTF_8);
    }

    private static StoredItem current(Cas<StoredItem> outcome) {
        assertThat(outcome).isInstanceOf(Cas.Conflict.class);
        return requireNonNull(((Cas.Conflict<StoredItem>) outcome).current(), "a conflict with nothing");
    }
}
