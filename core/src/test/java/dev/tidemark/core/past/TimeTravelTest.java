package dev.tidemark.core.past;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.DamagedCheckpoint;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of past moments. Replay a failing seed with {@code -Dtidemark.seed=N}. */
class TimeTravelTest {

    private static final Set<Knowledge> BOTH = Set.of(Knowledge.SERVED, Knowledge.NOW);

    private static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 4));
    }

    private static PastAnswer ask(PastWorld world, View view, String user, long at, Set<Knowledge> knowledge) {
        return world.travel()
                .value(new TimeTravel.Question(view, user, null, at, knowledge, 1_000))
                .join();
    }

    private static Answer served(PastWorld world, View view, String user, long at) {
        return Objects.requireNonNull(
                ask(world, view, user, at, Set.of(Knowledge.SERVED)).served());
    }

    private static Answer now(PastAnswer past) {
        return Objects.requireNonNull(past.now());
    }

    private static List<String> positions(List<LaneRow> rows) {
        return rows.stream()
                .map(row -> row.lane().id() + " " + row.last().text() + " " + row.count() + " " + row.maxArrivalMillis()
                        + " " + row.ancestors())
                .toList();
    }

    private static void assertSame(Answer replayed, Answer then, String what) {
        assertThat(replayed.values()).as(what).isEqualTo(then.values());
        assertThat(replayed.approximations()).as(what).isEqualTo(then.approximations());
        assertThat(replayed.ahead()).as(what).isEqualTo(then.ahead());
        assertThat(replayed.reads()).as(what).isEqualTo(then.reads());
        assertThat(replayed.events()).as(what).isEqualTo(then.events());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @DisplayName("T1: as served equals what was answered, to the last bit")
    void asServed(long seed) {
        PastWorld world = new PastWorld(seed);

        for (PastWorld.Asked asked : world.asked) {
            Answer replayed = served(world, asked.view(), asked.user(), asked.atMillis());

            String what = asked.view().name() + " of " + asked.user() + " at " + asked.atMillis() + ", seed " + seed;
            assertSame(replayed, asked.answer(), what);
            assertThat(replayed.progress().lanes().stream()
                            .filter(row -> row.count() > 0)
                            .map(row -> row.lane().id() + row.last().text() + row.count()))
                    .as(what)
                    .containsExactlyElementsOf(asked.answer().progress().lanes().stream()
                            .map(row -> row.lane().id() + row.last().text() + row.count())
                            .toList());
        }
        assertThat(world.checkpoints.bucketsRead)
                .as("no checkpoint was of use, seed " + seed)
                .isNotEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @DisplayName("T1: as known now holds what had happened by then, whenever it arrived, and nothing after")
    void asKnownNow(long seed) {
        PastWorld world = new PastWorld(seed);
        View view = PastWorld.view("buyer");

        for (PastWorld.Asked asked : world.asked) {
            if (asked.view().equals(view)) {
                long at = asked.atMillis() - 1_234;
                PastAnswer past = ask(world, view, asked.user(), at, BOTH);
                Answer now = now(past);
                long start = now.plan().covers().values().stream()
                        .filter(cover -> cover.interval().startMillis() > at - 700_000)
                        .findFirst()
                        .orElseThrow()
                        .interval()
                        .startMillis();
                String what = asked.user() + " at " + at + ", seed " + seed;
                assertThat(now.values().get("buys_10m")).as(what).isEqualTo(count(world, asked.user(), start, at));
                assertThat(now.values().get("buys_lifetime"))
                        .as(what)
                        .isEqualTo(count(world, asked.user(), Long.MIN_VALUE, at));
                assertThat(past.lateCount())
                        .as(what)
                        .isEqualTo(count(world, asked.user(), Long.MIN_VALUE, at)
                                - (long) Objects.requireNonNull(Objects.requireNonNull(past.served())
                                        .values()
                                        .get("buys_lifetime")));
                assertThat(past.late()).as(what).hasSize((int) past.lateCount());
                assertThat(past.late())
                        .as(what)
                        .isSortedAccordingTo(Comparator.comparingLong(PastAnswer.Late::knownMillis));
                assertThat(past.late())
                        .as(what)
                        .allMatch(late -> late.knownMillis() > at && late.eventTimeMillis() <= at);
                if (past.lateCount() > 0) {
                    assertThat(past.differences()).as(what).contains("buys_lifetime");
                }
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatCameLateIsInAWindow(long seed) {
        PastWorld world = new PastWorld(seed);
        View view = PastWorld.view("once");
        long lateCount = 0;
        for (PastWorld.Asked asked : world.asked) {
            long at = asked.atMillis();
            PastAnswer past = world.travel()
                    .value(new TimeTravel.Question(
                            view, asked.user(), List.of("spent_10m_before_30m"), at, BOTH, 1_000))
                    .join();
            assertThat(past.late())
                    .as("%s at %d, seed %d", asked.user(), at, seed)
                    .allMatch(late -> late.eventTimeMillis() < at - 30 * 60_000
                            && late.eventTimeMillis() >= at - 40 * 60_000 - 10_000);
            lateCount += past.lateCount();
        }
        assertThat(lateCount).as("seed %d", seed).isPositive();
    }

    private static long count(PastWorld world, String user, long startMillis, long atMillis) {
        return world.admitted.stream()
                .filter(event -> event.user().equals(user)
                        && event.eventTimeMillis() >= startMillis
                        && event.eventTimeMillis() <= atMillis)
                .count();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aCheckpointChangesNothingButTheWay(long seed) {
        PastWorld world = new PastWorld(seed);
        PastWorld bare = new PastWorld(seed);
        bare.checkpoints.manifests.clear();
        long fewer = 0;

        for (PastWorld.Asked asked : world.asked.subList(world.asked.size() - 60, world.asked.size())) {
            PastAnswer with = ask(world, asked.view(), asked.user(), asked.atMillis() - 600_000, BOTH);
            PastAnswer without = ask(bare, asked.view(), asked.user(), asked.atMillis() - 600_000, BOTH);

            String what = asked.view().name() + " of " + asked.user() + ", seed " + seed;
            assertSame(Objects.requireNonNull(with.served()), Objects.requireNonNull(without.served()), what);
            assertSame(now(with), now(without), what);
            assertThat(positions(now(with).progress().lanes()))
                    .as(what)
                    .isEqualTo(positions(now(without).progress().lanes()));
            assertThat(with.late()).as(what).isEqualTo(without.late());
            fewer += without.made().records() - with.made().records();
        }
        assertThat(fewer).as("records spared, seed " + seed).isPositive();
    }

    @Test
    @DisplayName("T1: what arrived after a record that is stamped later was known when that one was")
    void runningMaximum() {
        PastWorld world = new PastWorld(1);
        Lane lane = PastWorld.SECOND;
        LaneRow row = Objects.requireNonNull(world.control.lanes.get(lane.id()));
        long then = world.nowMillis() + 3_600_000;
        world.archive.segments.add(new Archive.Segment(
                lane, row.last(), row.count(), List.of(record(90_001, then + 2_000), record(90_002, then + 1_000))));
        View view = PastWorld.view("buyer");

        assertThat(served(world, view, "zoe", then + 1_500).values().get("buys_10m"))
                .isEqualTo(0L);
        assertThat(served(world, view, "zoe", then + 2_000).values().get("buys_10m"))
                .isEqualTo(2L);
    }

    private static RawRecord record(int number, long arrivalMillis) {
        String json = "{\"user\":\"zoe\",\"ts\":" + (arrivalMillis - 10) + ",\"price\":1,\"item\":\"i\"}";
        return new RawRecord(
                new Position("4959033827149025660855969253836157109592157598913658" + number, 0),
                arrivalMillis,
                "key",
                json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsTheLatestCheckpointThatServesAndOneBucketOfIt() {
        PastWorld world = new PastWorld(2);
        PastWorld.Asked last = world.asked.get(world.asked.size() - 1);
        List<String> serving = new ArrayList<>();
        world.checkpoints.manifests.forEach((id, manifest) -> {
            if (manifest.serves(last.atMillis() - 3_600_000)) {
                serving.add(id);
            }
        });

        PastAnswer past = ask(world, last.view(), last.user(), last.atMillis() - 3_600_000, Set.of(Knowledge.SERVED));

        assertThat(serving).isNotEmpty().hasSizeLessThan(world.checkpoints.manifests.size());
        assertThat(past.made().checkpoint()).isEqualTo(serving.get(serving.size() - 1));
        assertThat(world.checkpoints.bucketsRead).hasSize(1);
        assertThat(past.now()).isNull();
    }

    /** It holds nothing that arrived later, for nothing did; but what had expired by the time it was taken is gone. */
    @Test
    @DisplayName("T1: a checkpoint that was taken after the moment does not serve it")
    void aCheckpointTakenLongAfterTheMomentIsNotUsed() {
        PastWorld world = new PastWorld(2);
        PastWorld.Asked last = world.asked.get(world.asked.size() - 1);
        CheckpointStore.Manifest newest =
                Objects.requireNonNull(world.checkpoints.manifests.lastEntry().getValue());
        long muchLater = last.atMillis() + 400 * 86_400_000L;
        String id = String.format("%013d-0001", muchLater);
        CheckpointStore.Positions positions = newest.positions();
        world.checkpoints.manifests.put(
                id,
                new CheckpointStore.Manifest(
                        new CheckpointStore.Positions(
                                id,
                                muchLater,
                                positions.control(),
                                List.copyOf(world.control.lanes.values()),
                                positions.catalogHash(),
                                positions.viewNames(),
                                1,
                                4),
                        newest.asOfMillis(),
                        List.of()));
        world.checkpoints.items.put(id, List.of());

        assertThat(world.checkpoints.manifests.get(id).serves(last.atMillis())).isTrue();
        assertSame(served(world, last.view(), last.user(), last.atMillis()), last.answer(), "long ago");
    }

    @Test
    void damageIsNamedAndNotUsed() {
        PastWorld world = new PastWorld(3);
        PastWorld.Asked last = world.asked.get(world.asked.size() - 1);
        world.checkpoints.damaged = world.checkpoints.manifests.lastKey();
        assertThatThrownBy(() -> served(world, last.view(), last.user(), last.atMillis()))
                .hasCauseInstanceOf(DamagedCheckpoint.class)
                .hasMessageContaining("checkpoint/" + world.checkpoints.damaged);

        PastWorld cut = new PastWorld(3);
        cut.checkpoints.manifests.clear();
        cut.archive.segments.remove(cut.archive.segments.size() / 3);
        assertThatThrownBy(() -> served(cut, last.view(), last.user(), last.atMillis()))
                .hasCauseInstanceOf(DamagedArchive.class);
    }
}
