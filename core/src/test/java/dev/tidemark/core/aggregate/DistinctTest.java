package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistinctTest {

    private static final Computation DISTINCT = Rows.bind("distinct", Map.of());

    @Test
    void ofNothingIsZero() {
        assertThat(Rows.value(DISTINCT, List.of())).isEqualTo(0L);
        assertThat(Rows.value(DISTINCT, List.of(Rows.row(null)))).isEqualTo(0L);
    }

    @Test
    void equalNumbersAreOneValueAndATextIsAnother() {
        List<EventRow> events = List.of(
                Rows.row(42), Rows.row(new BigDecimal("42.0")), Rows.row("42"), Rows.row(true), Rows.row("true"));
        assertThat(Rows.value(DISTINCT, events)).isEqualTo(4L);
    }

    @Test
    void isExactUpToTheBoundAndSaysSoBeyondIt() {
        Tiles atBound = Rows.tiles(DISTINCT, numbers(0, 256));
        assertThat(DISTINCT.value(atBound)).isEqualTo(256L);
        assertThat(DISTINCT.approximation(atBound)).isNull();

        Tiles beyond = Rows.tiles(DISTINCT, numbers(0, 257));
        Computation.Approximation approximation = Objects.requireNonNull(DISTINCT.approximation(beyond));
        assertThat(approximation.method()).isEqualTo("ultraloglog");
        assertThat(approximation.relativeError()).isBetween(0.0172, 0.0173);
        assertThat((Long) Objects.requireNonNull(DISTINCT.value(beyond))).isBetween(257L, 275L);
    }

    @Test
    void anEstimateIsNotBelowWhatIsKnown() {
        Computation eager = Rows.bind("distinct", Map.of("exact_up_to", 1000, "precision", 8));
        for (int start = 0; start < 40; start++) {
            List<EventRow> events = numbers(start * 10_000, 1001);
            assertThat((Long) Objects.requireNonNull(Rows.value(eager, events))).isGreaterThanOrEqualTo(1001L);
        }
    }

    /** Different inputs, different sizes, both registers half empty and well filled. */
    @ParameterizedTest(name = "{0} values, precision {1}, seed {2}")
    @CsvSource({
        "300, 11, 1",
        "1000, 11, 2",
        "5000, 11, 3",
        "50000, 11, 4",
        "400000, 11, 5",
        "300, 8, 6",
        "5000, 8, 7",
        "100000, 8, 8",
        "1000, 12, 9",
        "20000, 12, 10",
        "200000, 12, 11"
    })
    void staysWithinFourStandardErrors(int size, int precision, long seed) {
        Computation distinct = Rows.bind("distinct", Map.of("precision", precision));
        DistinctState state = (DistinctState) distinct.states().get(0).create();
        Random random = new Random(seed);
        long start = random.nextInt();
        EventRow row = new EventRow(2);
        for (int i = 0; i < size; i++) {
            row.clear();
            if (i % 2 == 0) {
                row.setNumber(Traffic.INPUT, start + i, 2);
            } else {
                row.setString(Traffic.INPUT, "user-" + (start + i));
            }
            state.add(row);
        }
        double standardError = Math.sqrt(0.6118931496978437 / (1 << precision));
        assertThat((double) state.count()).isBetween(size * (1 - 4 * standardError), size * (1 + 4 * standardError));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void theStepFromSetToRegistersLeavesNoTraceOfItsMoment(long seed) {
        StateType type = new DistinctStateType(Rows.INPUT, 16, 8);
        Random random = new Random(seed);
        List<EventRow> events = numbers(random.nextInt(), 10 + random.nextInt(60));
        byte[] together = Tiles.bytes(Rows.of(type, events));
        for (int cut = 0; cut <= events.size(); cut++) {
            State left = Rows.of(type, events.subList(0, cut));
            State right = Rows.of(type, events.subList(cut, events.size()));
            left.merge(right);
            assertThat(Tiles.bytes(left))
                    .as("cut at %s of %s", cut, events.size())
                    .isEqualTo(together);
        }
    }

    @Test
    void aFewRegistersAreStoredSparsely() {
        StateType type = new DistinctStateType(Rows.INPUT, 16, 11);
        assertThat(Tiles.bytes(Rows.of(type, numbers(0, 100)))).hasSizeBetween(150, 230);
        assertThat(Tiles.bytes(Rows.of(type, numbers(0, 100_000)))).hasSize(2048 + 1);
    }

    @Test
    void bytesThatAreNoSetAreRefused() {
        StateType type = new DistinctStateType(Rows.INPUT, 4, 8);
        byte[] descending = new byte[17];
        descending[0] = 2;
        descending[1] = 1;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> type.read(new ByteReader(descending), "shardId-0"))
                .withMessageContaining("ascend");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> type.read(new ByteReader(new byte[] {7}), "shardId-0"))
                .withMessageContaining("7");
    }

    private static List<EventRow> numbers(int start, int count) {
        List<EventRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Rows.row(start + (long) i));
        }
        return rows;
    }
}
