package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarKeyTest {

    private static final int SLOT = Traffic.INPUT;

    @Test
    void aNumberIsOneKeyHoweverItIsWritten() {
        EventRow plain = Rows.row(42);
        for (BigDecimal written : List.of(
                new BigDecimal("42.0"),
                new BigDecimal("420e-1"),
                new BigDecimal("0.42e2"),
                new BigDecimal("42.00000000000000000000"))) {
            EventRow row = Rows.row(written);
            assertThat(ScalarKey.of(row, SLOT)).isEqualTo(ScalarKey.of(plain, SLOT));
            assertThat(ScalarKey.hash(row, SLOT)).isEqualTo(ScalarKey.hash(plain, SLOT));
            assertThat(ScalarKey.of(plain, SLOT).matches(row, SLOT)).isTrue();
        }
    }

    @Test
    void numbersTextsAndBooleansAreDifferentKeys() {
        List<EventRow> rows = List.of(
                Rows.row(1),
                Rows.row("1"),
                Rows.row(true),
                Rows.row("true"),
                Rows.row(10),
                Rows.row("0.1"),
                Rows.row(-1));
        for (EventRow a : rows) {
            for (EventRow b : rows) {
                boolean same = a == b;
                assertThat(ScalarKey.of(a, SLOT).equals(ScalarKey.of(b, SLOT))).isEqualTo(same);
                assertThat(ScalarKey.hash(a, SLOT) == ScalarKey.hash(b, SLOT)).isEqualTo(same);
                assertThat(ScalarKey.of(a, SLOT).matches(b, SLOT)).isEqualTo(same);
            }
        }
    }

    @Test
    void anAbsentSlotMatchesNothing() {
        EventRow compound = new EventRow(2);
        compound.setCompound(SLOT);
        for (EventRow row : List.of(Rows.row(0), Rows.row(""), Rows.row(false))) {
            assertThat(ScalarKey.of(row, SLOT).matches(Rows.row(null), SLOT)).isFalse();
            assertThat(ScalarKey.of(row, SLOT).matches(compound, SLOT)).isFalse();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void rowAndKeyAgreeAndAKeySurvivesStorage(long seed) {
        Random random = new Random(seed);
        List<EventRow> events = Traffic.HOSTILE.events(random, 200, AggregateFunction.Input.SCALAR, false, 1);
        for (EventRow a : events) {
            ScalarKey key = ScalarKey.of(a, SLOT);
            assertThat(key.hash()).as("%s", key).isEqualTo(ScalarKey.hash(a, SLOT));
            ByteWriter out = new ByteWriter();
            key.writeTo(out);
            assertThat(out.size()).isLessThanOrEqualTo(Inputs.MAX_SCALAR_BYTES);
            assertThat(ScalarKey.read(new ByteReader(out.toByteArray()))).isEqualTo(key);
            for (EventRow b : events) {
                assertThat(key.matches(b, SLOT)).isEqualTo(key.equals(ScalarKey.of(b, SLOT)));
            }
        }
    }
}
