package dev.tidemark.core.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ItemCacheTest {

    private static final long MAX_BYTES = 1 << 20;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 6);
    }

    /** Against a map: what the cache knows is what was confirmed last, and nothing that was forgotten. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void knowsWhatWasConfirmedLast(long seed) {
        Random random = new Random(seed);
        ItemCache cache = new ItemCache(MAX_BYTES);
        Map<ItemKey, StoredItem> confirmed = new HashMap<>();
        int entities = 1 << random.nextInt(13);
        long known = 0;
        long asked = 0;
        for (int step = 0; step < 60_000; step++) {
            ItemKey key = key(random, entities);
            switch (random.nextInt(8)) {
                case 0 -> {
                    cache.forget(key);
                    confirmed.remove(key);
                }
                case 1, 2, 3 -> {
                    StoredItem item = item(random);
                    cache.confirmed(key, item);
                    confirmed.put(key, item);
                }
                default -> {
                    List<ItemKey> keys = new ArrayList<>(List.of(key));
                    while (random.nextInt(4) != 0) {
                        keys.add(key(random, entities));
                    }
                    @Nullable StoredItem[] found = cache.get(keys);
                    for (int i = 0; i < found.length; i++) {
                        asked += confirmed.containsKey(keys.get(i)) ? 1 : 0;
                        if (found[i] != null) {
                            known++;
                            assertSame(found[i], confirmed.get(keys.get(i)));
                        }
                    }
                }
            }
            assertThat(cache.bytes()).isLessThanOrEqualTo(MAX_BYTES);
        }
        assertThat(known).isGreaterThan(asked / 20);
    }

    @Test
    void knowsAllThatHasRoom() {
        ItemCache cache = new ItemCache(MAX_BYTES);
        List<ItemKey> keys = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            keys.add(ItemKey.head("v1", "entity-" + i, "s:shardId-0"));
        }
        for (int version = 1; version <= 40; version++) {
            for (ItemKey key : keys) {
                cache.confirmed(key, item(version, new byte[500 + version]));
            }
            for (StoredItem found : cache.get(keys)) {
                assertThat(found).isNotNull();
                assertSame(found, item(version, new byte[500 + version]));
            }
        }
    }

    /** A batch asks for a few items again and again, and others pass by. */
    @Test
    void keepsWhatIsUsed() {
        ItemCache cache = new ItemCache(MAX_BYTES);
        List<ItemKey> used = List.of(key("a", 0), key("b", 0), key("b", 1), key("ü", 0));
        used.forEach(key -> cache.confirmed(key, item(7, new byte[100])));
        for (int i = 0; i < 20_000; i++) {
            cache.confirmed(key("passing-" + i, i), item(i, new byte[300]));
            assertThat(cache.get(used)).doesNotContainNull();
        }
        assertThat(cache.get(List.of(key("passing-0", 0)))).containsExactly((StoredItem) null);
    }

    @Test
    void whatIsTooLargeTakesTheOldVersionWithIt() {
        ItemCache cache = new ItemCache(MAX_BYTES);
        ItemKey key = key("a", 0);
        cache.confirmed(key, item(1, new byte[100]));
        cache.confirmed(key, item(2, new byte[(int) MAX_BYTES / 8]));
        assertThat(cache.get(List.of(key))).containsExactly((StoredItem) null);
        cache.confirmed(key, item(3, new byte[(int) MAX_BYTES / 10]));
        assertThat(cache.get(List.of(key))).doesNotContainNull();
    }

    @Test
    void withoutRoomItKnowsNothing() {
        ItemCache cache = new ItemCache(0);
        cache.confirmed(key("a", 0), item(1, new byte[0]));
        assertThat(cache.get(List.of(key("a", 0)))).containsExactly((StoredItem) null);
        assertThat(cache.bytes()).isZero();
    }

    /** Keys that are alike in all but one part are different items. */
    @Test
    void everyPartOfAKeyCounts() {
        ItemCache cache = new ItemCache(MAX_BYTES);
        List<ItemKey> keys = List.of(
                new ItemKey("v1", "e", "hour", 1, "s:shardId-0"),
                new ItemKey("v2", "e", "hour", 1, "s:shardId-0"),
                new ItemKey("v1", "f", "hour", 1, "s:shardId-0"),
                new ItemKey("v1", "ee", "hour", 1, "s:shardId-0"),
                new ItemKey("v1", "e", "day", 1, "s:shardId-0"),
                new ItemKey("v1", "e", "hour", 2, "s:shardId-0"),
                new ItemKey("v1", "e", "hour", 1L + (1L << 32), "s:shardId-0"),
                new ItemKey("v1", "e", "hour", 1, "s:shardId-1"),
                new ItemKey("v1", "Aa", "hour", 1, "s:shardId-0"),
                new ItemKey("v1", "BB", "hour", 1, "s:shardId-0"));
        List<ItemKey> added = new ArrayList<>();
        for (ItemKey key : keys) {
            assertThat(cache.get(List.of(key))).containsExactly((StoredItem) null);
            added.add(key);
            cache.confirmed(key, item(added.size(), new byte[added.size()]));
        }
        Collections.reverse(added);
        @Nullable StoredItem[] found = cache.get(added);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isNotNull();
            assertThat(found[i].body()).hasSize(added.size() - i);
        }
    }

    private static ItemKey key(Random random, int entities) {
        String entity = (random.nextInt(3) == 0 ? "grüße-" : "user-") + random.nextInt(entities);
        return new ItemKey(
                "v" + random.nextInt(2),
                entity,
                random.nextBoolean() ? "hour" : ItemKey.HEAD,
                random.nextInt(2),
                "s:shardId-" + random.nextInt(2));
    }

    private static ItemKey key(String entity, long block) {
        return new ItemKey("v1", entity, "hour", block, "s:shardId-0");
    }

    private static StoredItem item(Random random) {
        byte[] body = new byte[random.nextInt(50) == 0 ? random.nextInt(200_000) : random.nextInt(400)];
        random.nextBytes(body);
        return item(random.nextInt(1_000_000), body);
    }

    private static StoredItem item(long number, byte[] body) {
        return new StoredItem(
                new Position("4959033827149025660855969253836157109592" + number, number % 3), body, number);
    }

    private static void assertSame(StoredItem found, @Nullable StoredItem expected) {
        StoredItem confirmed = Objects.requireNonNull(expected, "it was never confirmed, or forgotten");
        assertThat(found.mark()).isEqualTo(confirmed.mark());
        assertThat(found.body()).isEqualTo(confirmed.body());
        assertThat(found.expiresAtSeconds()).isEqualTo(confirmed.expiresAtSeconds());
    }
}
