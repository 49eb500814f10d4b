package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetTest {

    private static final GroupBy.Spec LISTED =
            new GroupBy.Listed(Traffic.GROUP_FIELD, List.of("group 1", "group 3", "42"));

    private static final List<Subject> SUBJECTS = List.of(
            Subject.of("count", Map.of()),
            Subject.ofOptional("sum", Map.of()),
            Subject.ofOptional("avg", Map.of()),
            Subject.of("variance", Map.of("sample", false)),
            Subject.ofOptional("stddev", Map.of("sample", true)),
            Subject.of("ratio", Map.of()),
            Subject.of("histogram", Map.of("boundaries", decimals("0", "1.5", "100"))),
            Subject.ofOptional("median", Map.of()),
            Subject.of("percentile", Map.of("percentiles", decimals("1", "50", "99"))),
            Subject.of("decayed_sum", Map.of("half_life", 2_000L)),
            Subject.ofOptional("decayed_avg", Map.of("half_life", 2_000L)),
            Subject.ofOptional("confusion", Map.of("thresholds", decimals("0.2", "0.5"))),
            Subject.of("log_loss", Map.of()),
            Subject.ofOptional("brier", Map.of()),
            Subject.of("auc", Map.of()),
            Subject.ofOptional("calibration", Map.of()),
            Subject.of("mae", Map.of()),
            Subject.of("rmse", Map.of()),
            Subject.ofOptional("bias", Map.of()),
            Subject.ofNumbers("profile", Map.of(), NaiveQuality.profile(Grid.LOG)),
            Subject.ofOptional("profile", Map.of("grid", Grid.PROBABILITY)));

    static Stream<Arguments> cases() {
        return Stream.concat(SUBJECTS.stream(), SUBJECTS.stream().map(subject -> subject.groupedBy(LISTED)))
                .flatMap(subject -> Stream.of(Traffic.values())
                        .flatMap(traffic ->
                                LongStream.rangeClosed(1, 6).mapToObj(seed -> Arguments.of(subject, traffic, seed))));
    }

    /** A group from which all was taken back is as absent as one that never had an event. */
    @ParameterizedTest(name = "{0}, {1} events, seed {2}")
    @MethodSource("cases")
    void theValueIsThatOfWhatWasNotTakenBack(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<EventRow> left = new ArrayList<>();
        List<EventRow> all = new ArrayList<>();
        for (EventRow event : traffic.events(
                random, 1 + random.nextInt(60), subject.input(), subject.optional(), Traffic.SHARDS.size())) {
            all.add(event);
            if (random.nextInt(3) > 0 && event.kind(Traffic.GROUP) != EventRow.Kind.NUMBER) {
                left.add(event);
            } else {
                all.add(random.nextInt(all.size()), Rows.takenBack(event));
            }
        }
        Computation net = Net.of(subject.computation());
        Tiles tiles = inLanes(net, all);
        Computation plain = subject.computation().subtractable();

        assertThat(net.value(tiles)).isEqualTo(plain.value(inLanes(plain, left)));
        assertThat(net.approximation(tiles)).isEqualTo(plain.approximation(inLanes(plain, left)));
    }

    /** What was added may have filled more buckets than what is left, so they stay one. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void collapsedBucketsKeepWhatIsAboveThem(long seed) {
        Random random = new Random(seed);
        StateType type = new QuantileStateType(Rows.INPUT, new BigDecimal("0.01"), 5);
        QuantileState net = (QuantileState) type.create();
        QuantileState takenBack = (QuantileState) type.create();
        List<BigDecimal> left = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            EventRow row = Rows.row(new BigDecimal(random.nextInt(400) - 100));
            net.add(row);
            if (random.nextBoolean()) {
                takenBack.add(row);
            } else {
                left.add(row.decimal(Traffic.INPUT));
            }
        }
        net.subtract(takenBack);

        assertThat(net.count()).isEqualTo(left.size());
        left.sort(null);
        for (int rank = 1; rank <= left.size(); rank++) {
            if (!net.isCollapsedAt(rank)) {
                BigDecimal truth = left.get(rank - 1);
                assertThat(net.numberAt(rank).subtract(truth).abs())
                        .isLessThanOrEqualTo(truth.abs().movePointLeft(2));
            }
        }
    }

    @Test
    void whatCannotBeSubtractedIsRefused() {
        assertThat(Net.refusal(Rows.bind("max", Map.of()))).isEqualTo("nothing can be taken back from max(item.price)");
        for (String function : List.of("min", "first", "last", "distinct", "top_k")) {
            assertThat(Net.refusal(Rows.bind(function, Map.of()))).as(function).isNotNull();
        }
        assertThat(Net.refusal(Rows.bind("profile", Map.of())))
                .isEqualTo("nothing can be taken back from texts(values(item.price,32,count()))");
        assertThat(Net.refusal(GroupBy.of(Rows.bind("sum", Map.of()), new GroupBy.Bounded(Traffic.GROUP_FIELD, 5))))
                .isEqualTo("nothing can be taken back from groups(item.category,5,sum(item.price))");
        assertThat(Net.refusal(Rows.bind("median", Map.of()))).isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Net.of(Rows.bind("max", Map.of())))
                .withMessage("nothing can be taken back from max(item.price)");
    }

    private static Tiles inLanes(Computation computation, List<EventRow> events) {
        Tiles tiles = new Tiles(computation);
        for (String shard : Traffic.SHARDS) {
            tiles.addLane(
                    shard,
                    events.stream().filter(row -> row.shardId().equals(shard)).toList(),
                    true);
        }
        return tiles;
    }

    private static List<BigDecimal> decimals(String... texts) {
        return Stream.of(texts).map(BigDecimal::new).toList();
    }
}
