package dev.tidemark.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.Flaw;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.InvalidEvent.Reason;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntityKeysTest {

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    @Test
    void numbersAndTheirTextAreOneEntity() {
        EventRow row = new EventRow(5);
        row.setNumber(0, 42, 0);
        row.setNumber(1, 420, 1);
        row.setString(2, "42");
        row.setBigNumber(3, new BigDecimal("4.2E1"));
        row.setNumber(4, 42, -2);
        for (int slot = 0; slot < 4; slot++) {
            assertThat(of(row, slot)).isEqualTo("42");
        }
        assertThat(of(row, 4)).isEqualTo("4200");
        assertThat(EntityKeys.of(List.of("42"))).isEqualTo("42");
    }

    @Test
    void zeroIsOneEntityHoweverItIsWritten() {
        EventRow row = new EventRow(4);
        row.setNumber(0, 0, 0);
        row.setNumber(1, 0, 3);
        row.setNumber(2, 0, -3);
        row.setBigNumber(3, new BigDecimal("0E-30"));
        for (int slot = 0; slot < 4; slot++) {
            assertThat(of(row, slot)).isEqualTo("0");
        }
    }

    /** Different values never share a key, however they hold the separator. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keysAreDistinct(long seed) {
        Random random = new Random(seed);
        Map<String, List<String>> keys = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            List<String> values = List.of(text(random), text(random));
            EventRow row = new EventRow(2);
            row.setString(0, values.get(0));
            row.setString(1, values.get(1));
            String key = EntityKeys.of(row, new int[] {0, 1}, List.of("a", "b"));
            assertThat(key).isEqualTo(EntityKeys.of(values));
            assertThat(EntityKeys.values(key)).isEqualTo(values);
            assertThat(keys.computeIfAbsent(key, k -> values)).isEqualTo(values);
        }
    }

    @Test
    void whatIsNoKeyIsRefused() {
        EventRow row = new EventRow(9);
        row.setString(1, "");
        row.setBoolean(2, true);
        row.setCompound(3);
        row.setString(4, "x".repeat(EntityKeys.MAX_BYTES + 1));
        row.setString(5, "a\uD800");
        row.setString(6, "\uDE00\uD83D");
        row.setFlawed(7, Flaw.NUMBER_OUT_OF_BOUNDS);
        row.setFlawed(8, Flaw.LONE_SURROGATE);
        List<Reason> reasons = new ArrayList<>();
        for (int slot = 0; slot < 9; slot++) {
            int wanted = slot;
            assertThatExceptionOfType(InvalidEvent.class)
                    .isThrownBy(() -> of(row, wanted))
                    .satisfies(invalid -> reasons.add(invalid.reason()));
        }
        assertThat(reasons)
                .containsExactly(
                        Reason.MISSING_FIELD,
                        Reason.MISSING_FIELD,
                        Reason.MISTYPED_FIELD,
                        Reason.MISTYPED_FIELD,
                        Reason.VALUE_OUT_OF_BOUNDS,
                        Reason.VALUE_OUT_OF_BOUNDS,
                        Reason.VALUE_OUT_OF_BOUNDS,
                        Reason.VALUE_OUT_OF_BOUNDS,
                        Reason.VALUE_OUT_OF_BOUNDS);
        assertThatIllegalArgumentException().isThrownBy(() -> EntityKeys.of(List.of("")));
        assertThatIllegalArgumentException().isThrownBy(() -> EntityKeys.of(List.of("a\uD800")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EntityKeys.of(List.of("x".repeat(EntityKeys.MAX_BYTES), "y")));
        assertThatIllegalArgumentException().isThrownBy(() -> EntityKeys.values("a\\"));
    }

    @Test
    void theLimitIsInBytes() {
        EventRow row = new EventRow(2);
        row.setString(0, "\uD83D\uDE00".repeat(EntityKeys.MAX_BYTES / 4));
        row.setString(1, "\u00E9".repeat(EntityKeys.MAX_BYTES / 2) + "x");
        assertThat(of(row, 0)).hasSize(EntityKeys.MAX_BYTES / 2);
        assertThatExceptionOfType(InvalidEvent.class).isThrownBy(() -> of(row, 1));
    }

    @Test
    void itemKeysReadBackAndSortByBlock() {
        ItemKey key = new ItemKey("abc", "a\\|b|c/d", "5s", 42, "bf#0123456789ab.000000000003");
        assertThat(ItemKey.parse(key.partitionKey(), key.sortKey())).isEqualTo(key);
        assertThat(key.sortKey()).isEqualTo("5s/0000000042/bf#0123456789ab.000000000003");
        assertThat(key.shardId()).isEqualTo("shardId-000000000003");
        assertThat(ItemKey.sortKeyPrefix("5s", 42) + "~").isGreaterThan(key.sortKey());
        assertThat(ItemKey.sortKeyPrefix("5s", 100)).isGreaterThan(key.sortKey());
    }

    private static String of(EventRow row, int slot) {
        return EntityKeys.of(row, new int[] {slot}, List.of("key"));
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i <= random.nextInt(3); i++) {
            text.append("|\\ab".charAt(random.nextInt(4)));
        }
        return text.toString();
    }
}
