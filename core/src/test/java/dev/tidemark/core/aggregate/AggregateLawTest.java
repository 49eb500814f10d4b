package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The laws that every aggregate keeps, whatever the order of arrival, the batch boundaries and the lanes. A function
 * takes part by one line in {@link #SUBJECTS}.
 */
class AggregateLawTest {

    private static final List<Subject> SUBJECTS = List.of(
            Subject.of("count", Map.of(), Naive::count),
            Subject.of("sum", Map.of(), Naive::sum),
            Subject.ofOptional("sum", Map.of(), Naive::sum),
            Subject.of("avg", Map.of(), Naive::avg),
            Subject.ofOptional("avg", Map.of(), Naive::avg),
            Subject.of("min", Map.of(), Naive::min),
            Subject.ofOptional("max", Map.of(), Naive::max),
            Subject.of("variance", Map.of("sample", false), Naive.variance(false)),
            Subject.ofOptional("variance", Map.of("sample", true), Naive.variance(true)),
            Subject.of("stddev", Map.of("sample", false), Naive.stddev(false)),
            Subject.ofOptional("stddev", Map.of("sample", true), Naive.stddev(true)),
            Subject.of("ratio", Map.of(), Naive::one),
            Subject.of("first", Map.of(), Naive::first),
            Subject.ofOptional("last", Map.of(), Naive::last),
            Subject.ofNumbers("last", Map.of(), Naive::last),
            Subject.of("first_n", Map.of("n", 5), Naive.firstN(5)),
            Subject.ofNumbers("first_n", Map.of("n", 5), Naive.firstN(5)),
            Subject.ofNumbers("top_k", Map.of(), Naive.topK(10)),
            Subject.ofOptional("last_n", Map.of("n", 100), Naive.lastN(100)),
            Subject.of("decayed_sum", Map.of("half_life", 2_000L), Naive.decayedSum(2_000)),
            Subject.ofOptional("decayed_avg", Map.of("half_life", 2_000L), Naive.decayedAvg(2_000)),
            Subject.of("decayed_count", Map.of("half_life", 2_000L), Naive.decayedCount(2_000)),
            Subject.of("distinct", Map.of(), Naive::distinct),
            Subject.ofOptional("distinct", Map.of("exact_up_to", 1_000), Naive::distinct),
            Subject.of("distinct", Map.of("exact_up_to", 3, "precision", 8)),
            Subject.of("distinct", Map.of("exact_up_to", 0)),
            Subject.of("percentile", Map.of("percentiles", decimals("0", "50", "99.9"))),
            Subject.ofOptional("median", Map.of("max_buckets", 3)),
            Subject.of("top_k", Map.of(), Naive.topK(10)),
            Subject.ofOptional("top_k", Map.of("k", 3), Naive.topK(3)),
            Subject.of("top_k", Map.of("max_values", 4)),
            Subject.ofOptional("top_k", Map.of("max_values", 1)),
            Subject.of(
                    "histogram", Map.of("boundaries", decimals("0", "1.5", "100")), Naive.histogram("0", "1.5", "100")),
            Subject.ofOptional("histogram", Map.of("boundaries", decimals("-1")), Naive.histogram("-1")),
            Subject.of("sum", Map.of(), Naive::sum).groupedBy(listed("group 4", "group 2")),
            Subject.ofOptional("avg", Map.of(), Naive::avg).groupedBy(upTo(20)),
            Subject.of("decayed_avg", Map.of("half_life", 2_000L), Naive.decayedAvg(2_000))
                    .groupedBy(upTo(20)),
            Subject.of("ratio", Map.of(), Naive::one).groupedBy(upTo(20)),
            Subject.ofOptional("sum", Map.of()).groupedBy(upTo(3)),
            Subject.of("last_n", Map.of("n", 4)).groupedBy(upTo(2)),
            Subject.ofOptional("distinct", Map.of("exact_up_to", 3, "precision", 8))
                    .groupedBy(upTo(3)),
            Subject.ofOptional("top_k", Map.of("max_values", 3)).groupedBy(listed("group 1")),
            Subject.of("confusion", Map.of(), NaiveQuality.confusion("0.5")),
            Subject.ofOptional(
                    "confusion",
                    Map.of("thresholds", decimals("0", "0.3", "1")),
                    NaiveQuality.confusion("0", "0.3", "1")),
            Subject.of("log_loss", Map.of(), NaiveQuality::logLoss),
            Subject.ofOptional("log_loss", Map.of(), NaiveQuality::logLoss),
            Subject.of("brier", Map.of(), NaiveQuality::brier),
            Subject.ofOptional("brier", Map.of(), NaiveQuality::brier),
            Subject.of("auc", Map.of()),
            Subject.ofOptional("auc", Map.of()),
            Subject.of("calibration", Map.of(), NaiveQuality.calibration(10)),
            Subject.ofOptional("calibration", Map.of("buckets", 3), NaiveQuality.calibration(3)),
            Subject.of("calibration", Map.of("buckets", 1), NaiveQuality.calibration(1))
                    .groupedBy(upTo(20)),
            Subject.of("mae", Map.of(), NaiveQuality::mae),
            Subject.ofOptional("mae", Map.of(), NaiveQuality::mae),
            Subject.of("rmse", Map.of(), NaiveQuality::rmse).groupedBy(listed("group 1", "group 2")),
            Subject.ofOptional("rmse", Map.of(), NaiveQuality::rmse),
            Subject.ofOptional("bias", Map.of(), NaiveQuality::bias),
            Subject.of("log_loss_difference", Map.of(), NaiveQuality::logLossDifference),
            Subject.ofOptional("log_loss_difference", Map.of(), NaiveQuality::logLossDifference),
            Subject.of("mae_difference", Map.of(), NaiveQuality::maeDifference),
            Subject.ofOptional("mae_difference", Map.of(), NaiveQuality::maeDifference),
            Subject.ofOptional("profile", Map.of("max_values", 1_000), NaiveQuality.profile(Grid.LOG)),
            Subject.ofNumbers("profile", Map.of("max_values", 1_000), NaiveQuality.profile(Grid.LOG)),
            Subject.ofOptional("profile", Map.of("grid", Grid.PROBABILITY), NaiveQuality.profile(Grid.PROBABILITY)),
            Subject.ofOptional("profile", Map.of("max_values", 2)),
            Subject.ofOptional("profile", Map.of("max_values", 3)).groupedBy(upTo(2)),
            Subject.of("count", Map.of()).net(),
            Subject.ofOptional("variance", Map.of("sample", true)).net(),
            Subject.ofOptional("avg", Map.of())
                    .groupedBy(listed("group 1", "group 3"))
                    .net(),
            Subject.of("histogram", Map.of("boundaries", decimals("0", "1.5"))).net(),
            Subject.ofOptional("median", Map.of("max_buckets", 3)).net(),
            Subject.ofOptional("confusion", Map.of()).net(),
            Subject.ofOptional("log_loss", Map.of())
                    .groupedBy(listed("group 1", "group 3"))
                    .net(),
            Subject.of("auc", Map.of()).net(),
            Subject.of("calibration", Map.of()).net(),
            Subject.ofOptional("log_loss_difference", Map.of()).net(),
            Subject.ofNumbers("profile", Map.of(), NaiveQuality.profile(Grid.LOG))
                    .net(),
            Subject.of("sum", Map.of(), Naive::sum).ofEach(),
            Subject.ofOptional("avg", Map.of(), Naive::avg).ofEach(),
            Subject.of("max", Map.of(), Naive::max).ofEach(),
            Subject.ofOptional("variance", Map.of("sample", true), Naive.variance(true))
                    .ofEach(),
            Subject.of("distinct", Map.of("exact_up_to", 3, "precision", 8)).ofEach(),
            Subject.ofOptional("median", Map.of("max_buckets", 3)).ofEach(),
            Subject.of("top_k", Map.of("max_values", 1_000), Naive.topK(10)).ofEach(),
            Subject.ofOptional("top_k", Map.of("max_values", 4)).ofEach(),
            Subject.of(
                            "histogram",
                            Map.of("boundaries", decimals("0", "1.5", "100")),
                            Naive.histogram("0", "1.5", "100"))
                    .ofEach(),
            Subject.of("sum", Map.of()).ofEach().groupedBy(upTo(3)),
            Subject.ofOptional("avg", Map.of()).ofEach().net(),
            Subject.of("top_k", Map.of()).ofEach().groupedBy(upTo(3)));

    private static final int SEEDS = 8;
    private static final String EACH = "{0}, {1} events, seed {2}";

    private static GroupBy.Spec listed(String... groups) {
        return new GroupBy.Listed(Traffic.GROUP_FIELD, List.of(groups));
    }

    private static GroupBy.Spec upTo(int maxGroups) {
        return new GroupBy.Bounded(Traffic.GROUP_FIELD, maxGroups);
    }

    private static List<BigDecimal> decimals(String... texts) {
        return Stream.of(texts).map(BigDecimal::new).toList();
    }

    static Stream<Arguments> cases() {
        return SUBJECTS.stream()
                .flatMap(subject -> Stream.of(Traffic.values())
                        .flatMap(traffic -> Stream.iterate(1L, seed -> seed + 1)
                                .limit(SEEDS)
                                .map(seed -> Arguments.of(subject, traffic, seed))));
    }

    @Test
    void everyFunctionTakesPart() {
        Set<String> tested = new HashSet<>();
        SUBJECTS.forEach(subject -> tested.add(String.valueOf(subject.function())));
        assertThat(AggregateFunctions.all()).extracting(AggregateFunction::name).isSubsetOf(tested);
    }

    @Test
    void namesAreDistinct() {
        assertThat(AggregateFunctions.all()).extracting(AggregateFunction::name).doesNotHaveDuplicates();
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void mergeIsAssociativeAndCommutative(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<List<EventRow>> parts = split(random, oneShard(random, subject, traffic), 3);
        for (StateType type : subject.computation().states()) {
            byte[] left = bytes(merge(merge(of(type, parts.get(0)), of(type, parts.get(1))), of(type, parts.get(2))));
            byte[] right = bytes(merge(of(type, parts.get(0)), merge(of(type, parts.get(1)), of(type, parts.get(2)))));
            byte[] turned = bytes(merge(merge(of(type, parts.get(2)), of(type, parts.get(1))), of(type, parts.get(0))));
            assertThat(right).as("(ab)c = a(bc) for %s", type.id()).isEqualTo(left);
            assertThat(turned).as("abc = cba for %s", type.id()).isEqualTo(left);
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void theEmptyStateIsTheIdentity(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<EventRow> events = oneShard(random, subject, traffic);
        for (StateType type : subject.computation().states()) {
            byte[] alone = bytes(of(type, events));
            assertThat(type.create().isEmpty()).isTrue();
            assertThat(merge(type.create(), type.create()).isEmpty()).isTrue();
            assertThat(bytes(merge(type.create(), of(type, events)))).isEqualTo(alone);
            assertThat(bytes(merge(of(type, events), type.create()))).isEqualTo(alone);
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void mergeLeavesTheOtherAsItWas(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<List<EventRow>> parts = split(random, oneShard(random, subject, traffic), 3);
        for (StateType type : subject.computation().states()) {
            State other = of(type, parts.get(1));
            byte[] before = bytes(other);
            State merged = merge(of(type, parts.get(0)), other);
            parts.get(2).forEach(merged::add);
            assertThat(bytes(other)).as(type.id()).isEqualTo(before);
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void addingIsMergingSingletons(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<EventRow> events = oneShard(random, subject, traffic);
        for (StateType type : subject.computation().states()) {
            State merged = type.create();
            events.forEach(event -> merged.merge(of(type, List.of(event))));
            assertThat(bytes(merged)).as(type.id()).isEqualTo(bytes(of(type, events)));
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void bytesDependOnNoOrderAndNoSplit(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<EventRow> events = oneShard(random, subject, traffic);
        for (StateType type : subject.computation().states()) {
            byte[] expected = bytes(of(type, events));
            List<EventRow> shuffled = new ArrayList<>(events);
            Collections.shuffle(shuffled, random);
            State state = type.create();
            for (List<EventRow> part : split(random, shuffled, 1 + random.nextInt(6))) {
                state.merge(random.nextBoolean() ? of(type, part) : roundTrip(type, of(type, part)));
                state = random.nextBoolean() ? state : roundTrip(type, state);
            }
            assertThat(bytes(state)).as(type.id()).isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void aStoredStateGoesOnAsIfNeverStored(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<List<EventRow>> parts = split(random, oneShard(random, subject, traffic), 2);
        for (StateType type : subject.computation().states()) {
            State kept = of(type, parts.get(0));
            State read = roundTrip(type, kept);
            assertThat(bytes(read)).as("read and written again: %s", type.id()).isEqualTo(bytes(kept));
            assertThat(read.isEmpty()).isEqualTo(kept.isEmpty());
            parts.get(1).forEach(kept::add);
            parts.get(1).forEach(read::add);
            assertThat(bytes(read)).as("added to after reading: %s", type.id()).isEqualTo(bytes(kept));
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void readingIntoAStateIsReadingAndMerging(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<List<EventRow>> parts = split(random, oneShard(random, subject, traffic), 2);
        for (StateType type : subject.computation().states()) {
            State stored = of(type, parts.get(1));
            if (!stored.isEmpty()) {
                for (State into : List.of(of(type, parts.get(0)), type.create())) {
                    byte[] expected = bytes(merge(roundTrip(type, into), stored));
                    ByteReader in = new ByteReader(bytes(stored));
                    type.readInto(into, in, Traffic.SHARDS.get(0));
                    assertThat(in.hasRemaining()).as(type.id()).isFalse();
                    assertThat(bytes(into)).as(type.id()).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void noStateOutgrowsItsBound(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<EventRow> events = oneShard(random, subject, traffic);
        for (StateType type : subject.computation().states()) {
            State state = type.create();
            for (EventRow event : events) {
                state.add(event);
                assertThat(bytes(state)).as(type.id()).hasSizeLessThanOrEqualTo(type.maxEncodedBytes());
            }
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void cutBytesAreRefused(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<EventRow> events = oneShard(random, subject, traffic);
        for (StateType type : subject.computation().states()) {
            byte[] whole = bytes(of(type, events));
            if (whole.length > 0) {
                byte[] cut = Arrays.copyOf(whole, random.nextInt(whole.length));
                assertThatIllegalArgumentException()
                        .as("%s cut from %s to %s bytes", type.id(), whole.length, cut.length)
                        .isThrownBy(() -> type.read(new ByteReader(cut), Traffic.SHARDS.get(0)));
            }
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void theValueDependsOnNoOrderAndNoSplitIntoLanes(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        List<EventRow> events = events(random, subject, traffic, Traffic.SHARDS.size());
        Object expected = subject.computation().value(lanes(random, subject, events, false));
        List<EventRow> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, random);
        assertThat(subject.computation().value(lanes(random, subject, shuffled, true)))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void theValueIsTheNaiveOne(Subject subject, Traffic traffic, long seed) {
        if (subject.naive() != null) {
            Random random = new Random(seed);
            for (int size : new int[] {0, 1, 2, 200}) {
                List<EventRow> events = subject.events(traffic, random, size, Traffic.SHARDS.size());
                assertThat(subject.computation().value(lanes(random, subject, events, true)))
                        .as("%s events", size)
                        .isEqualTo(subject.naive().apply(events));
            }
        }
    }

    @ParameterizedTest(name = EACH)
    @MethodSource("cases")
    void theValueIsOfItsType(Subject subject, Traffic traffic, long seed) {
        Random random = new Random(seed);
        for (int size : new int[] {0, 1, 200}) {
            List<EventRow> events = subject.events(traffic, random, size, Traffic.SHARDS.size());
            Object value = subject.computation().value(lanes(random, subject, events, true));
            assertThat(Fits.fits(value, subject.type()))
                    .as(
                            "%s of %s events is of type %s",
                            value, size, subject.type().text())
                    .isTrue();
        }
    }

    private static Tiles lanes(Random random, Subject subject, List<EventRow> events, boolean stored) {
        Tiles tiles = new Tiles(subject.computation());
        for (String shard : Traffic.SHARDS) {
            List<EventRow> ofShard =
                    events.stream().filter(row -> row.shardId().equals(shard)).toList();
            for (List<EventRow> part : split(random, ofShard, stored ? 3 : 1)) {
                tiles.addLane(shard, part, stored);
            }
        }
        return tiles;
    }

    private static List<EventRow> oneShard(Random random, Subject subject, Traffic traffic) {
        return events(random, subject, traffic, 1);
    }

    private static List<EventRow> events(Random random, Subject subject, Traffic traffic, int shards) {
        List<EventRow> events = subject.events(traffic, random, random.nextInt(300), shards);
        if (subject.name().startsWith("net ")) {
            List.copyOf(events).stream()
                    .filter(event -> random.nextInt(3) == 0)
                    .forEach(event -> events.add(random.nextInt(events.size()), Rows.takenBack(event)));
        }
        return events;
    }

    /** Cuts a list at random places; parts may be empty. */
    private static List<List<EventRow>> split(Random random, List<EventRow> events, int parts) {
        List<List<EventRow>> split = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            split.add(new ArrayList<>());
        }
        events.forEach(event -> split.get(random.nextInt(parts)).add(event));
        return split;
    }

    private static State of(StateType type, List<EventRow> events) {
        State state = type.create();
        events.forEach(state::add);
        return state;
    }

    private static State merge(State into, State other) {
        into.merge(other);
        return into;
    }

    private static State roundTrip(StateType type, State state) {
        if (state.isEmpty()) {
            return type.create();
        }
        ByteReader in = new ByteReader(bytes(state));
        State read = type.read(in, Traffic.SHARDS.get(0));
        assertThat(in.hasRemaining()).as("%s reads all it wrote", type.id()).isFalse();
        return read;
    }

    private static byte[] bytes(State state) {
        return Tiles.bytes(state);
    }
}
