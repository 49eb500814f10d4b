package dev.tidemark.core.archive;

import static dev.tidemark.core.archive.ArchiveWorld.EPOCH_MILLIS;
import static dev.tidemark.core.archive.ArchiveWorld.HOUR_MILLIS;
import static dev.tidemark.core.archive.ArchiveWorld.LANE;
import static dev.tidemark.core.archive.ArchiveWorld.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.ArchiveLog.Listing;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.store.ArchiveStore;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.InMemoryArchive;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CompactionTest {

    private static final long NOW_MILLIS = EPOCH_MILLIS + 50 * HOUR_MILLIS;

    /** Records of the test have about ten bytes. */
    private static final CompactionSettings SETTINGS = new CompactionSettings(200, 1_000_000, 2 * HOUR_MILLIS);

    private static final CompactionSettings BIG = new CompactionSettings(10_000, 1_000_000, 0);

    private final ArchiveWorld world = new ArchiveWorld(400);

    @Test
    void mergesAnHourUpToTheTarget() {
        appendSmall(1, 120, 5);

        CompactionReport report = compact(SETTINGS, NOW_MILLIS);

        assertThat(report.damage()).isEmpty();
        assertThat(refs()).hasSize((int) (24 - report.segmentsMerged() + report.segmentsWritten()));
        assertThat(refs()).hasSizeBetween(5, 9);
        assertThat(readAll(world.lane(LaneStart.BIRTH))).isEqualTo(world.records.subList(0, 120));
        assertThat(CompactionPlan.of(refs(), SETTINGS, NOW_MILLIS).stream().flatMap(merge -> merge.segments().stream()))
                .as("what has become large is left alone")
                .noneMatch(ref -> ref.bytes() >= SETTINGS.targetBytes());
    }

    @Test
    void leavesHoursAloneThatAreNotFinished() {
        appendSmall(1, 120, 5);

        assertThat(plan(EPOCH_MILLIS + 3 * HOUR_MILLIS - 1)).isEmpty();
        assertThat(plan(EPOCH_MILLIS + 3 * HOUR_MILLIS)).isNotEmpty();
        assertThat(plan(EPOCH_MILLIS + 3 * HOUR_MILLIS))
                .allMatch(merge -> merge.segments().get(0).hourStartMillis() == EPOCH_MILLIS);
    }

    @Test
    void theLastSegmentOfALaneIsLeftAloneUntilAnotherFollows() {
        appendSmall(1, 30, 10);

        compact(SETTINGS, NOW_MILLIS);

        assertThat(refs())
                .extracting(SegmentRef::last)
                .containsExactlyInAnyOrder(world.position(20), world.position(30));
    }

    @Test
    void segmentsThatOverlapBecomeOneWithEachRecordOnce() {
        world.append(1, 9);
        world.append(6, 20);
        world.append(3, 8);
        world.append(21, 30);
        world.append(31, 40);

        compact(BIG, NOW_MILLIS);

        assertThat(world.archive.segments).hasSize(2);
        assertThat(world.archive.segments).anyMatch(segment -> segment.records().equals(world.records.subList(0, 30)));
        assertThat(readAll(world.lane(LaneStart.BIRTH))).isEqualTo(world.records.subList(0, 40));
    }

    @Test
    void aSegmentThatWasPutAgainBesideTheLargeOneGoesAgain() {
        appendSmall(1, 50, 10);
        compact(SETTINGS, NOW_MILLIS);
        List<SegmentRef> before = refs();
        world.append(11, 20);

        CompactionReport report = compact(SETTINGS, NOW_MILLIS);

        assertThat(report.segmentsMerged()).isEqualTo(1);
        assertThat(refs()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void aHoleIsNotMergedAway() {
        world.append(1, 10);
        world.append(21, 25);
        world.append(26, 30);
        world.append(31, 40);

        compact(SETTINGS, NOW_MILLIS);

        assertThat(refs())
                .extracting(SegmentRef::last)
                .containsExactlyInAnyOrder(world.position(10), world.position(30), world.position(40));
        assertThatThrownBy(() -> readAll(world.lane(LaneStart.BIRTH)))
                .hasCauseInstanceOf(DamagedArchive.class)
                .hasMessageContaining("lacks 10 records");
    }

    @Test
    void aHoleBehindAStaleHeaderIsNotMergedAway() {
        world.append(1, 10);
        world.archive.append(world.segment(10, 21, 25)).join();
        world.append(26, 30);

        CompactionReport report = compact(SETTINGS, NOW_MILLIS);

        assertThat(report.segmentsMerged()).isZero();
        assertThat(report.damage()).extracting(DamagedArchive::kind).contains(DamagedArchive.Kind.MISCOUNTED);
    }

    @Test
    void damageIsNamedAndTheRestIsCompacted() {
        appendSmall(1, 180, 10);
        SegmentRef bad = InMemoryArchive.ref(world.segment(70, 71, 80));
        world.archive.unreadable = ref -> ref.key().equals(bad.key());

        CompactionReport report = compact(BIG, NOW_MILLIS);

        assertThat(report.damage()).extracting(DamagedArchive::key).containsOnly(bad.key());
        assertThat(refs().stream().filter(ref -> ref.hourStartMillis() == bad.hourStartMillis()))
                .hasSize(6);
        assertThat(refs()).hasSizeLessThan(12);
    }

    @Test
    void theLargeOneIsReadBackBeforeAnythingIsDeleted() {
        appendSmall(1, 50, 10);
        List<SegmentRef> before = refs();
        SegmentRef large = InMemoryArchive.ref(world.segment(0, 1, 40));
        world.archive.unreadable = ref -> ref.key().equals(large.key());

        CompactionReport report = compact(BIG, NOW_MILLIS);

        assertThat(report.damage()).extracting(DamagedArchive::key).containsExactly(large.key());
        assertThat(refs()).containsAll(before);
    }

    @Test
    void stopsBetweenMergesWhenItIsTimeTo() {
        appendSmall(1, 180, 10);
        List<CompactionPlan.Merge> merges = plan(NOW_MILLIS);
        int[] asked = {0};

        CompactionReport report = new Compactor(world.archive, SETTINGS, () -> ++asked[0] > 1)
                .run(merges)
                .join();

        assertThat(report.segmentsWritten()).isEqualTo(1);
        assertThat(report.notStarted()).isEqualTo(merges.size() - 1L).isPositive();
    }

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 50));
    }

    /**
     * Two compactors with different targets take turns at every call; each may die at any call, and what it asked for may happen much later; calls fail, apply with the
     * answer lost; small segments are put again. After every single call every record can be read.
     */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyRecordStaysReadableAfterEveryStep(long seed) {
        Random random = new Random(seed);
        List<Segment> small = new ArrayList<>();
        int done = 0;
        while (done < 120) {
            int last = Math.min(120, done + 1 + random.nextInt(12));
            small.add(world.append(done + 1, last));
            if (random.nextInt(4) == 0) {
                int from = 1 + random.nextInt(last);
                small.add(world.append(from, from + random.nextInt(last - from + 1)));
            }
            done = last;
        }
        Turns turns = new Turns(random, small);
        List<CompletableFuture<CompactionReport>> running = new ArrayList<>();
        for (int run = 0; run < 6; run++) {
            for (int each = 0; each < 2; each++) {
                CompactionSettings settings = new CompactionSettings(50L << random.nextInt(6), 1_000_000, 0);
                List<CompactionPlan.Merge> merges = CompactionPlan.of(refs(), settings, NOW_MILLIS);
                running.add(new Compactor(turns, settings, () -> false).run(merges));
            }
            turns.play();
        }
        compact(new CompactionSettings(1_000_000, 1_000_000, 0), NOW_MILLIS);
        assertThat(refs()).hasSizeLessThan(8);
        assertThat(running).hasSize(12);
        turns.check();
    }

    /** An archive whose calls are carried out one by one, in any order, or never. */
    private final class Turns implements ArchiveStore {

        private final Random random;
        private final List<Segment> small;
        private final List<Runnable> pending = new ArrayList<>();

        Turns(Random random, List<Segment> small) {
            this.random = random;
            this.small = small;
        }

        void play() {
            int steps = random.nextInt(400);
            for (int step = 0; step < steps && !pending.isEmpty(); step++) {
                pending.remove(random.nextInt(pending.size())).run();
                if (random.nextInt(10) == 0) {
                    world.archive
                            .append(small.get(random.nextInt(small.size())))
                            .join();
                }
                check();
            }
        }

        void check() {
            assertThat(readAll(world.lane(LaneStart.BIRTH))).isEqualTo(world.records.subList(0, 120));
        }

        private <T> CompletableFuture<T> later(Supplier<CompletableFuture<T>> call) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            pending.add(() -> {
                int fate = random.nextInt(20);
                if (fate == 0) {
                    answer.completeExceptionally(new TimeoutException("not applied"));
                    return;
                }
                try {
                    T value = call.get().join();
                    if (fate == 1) {
                        answer.completeExceptionally(new TimeoutException("applied"));
                    } else {
                        answer.complete(value);
                    }
                } catch (CompletionException e) {
                    answer.completeExceptionally(e.getCause());
                }
            });
            return answer;
        }

        @Override
        public CompletableFuture<Void> append(Segment segment) {
            return later(() -> world.archive.append(segment));
        }

        @Override
        public CompletableFuture<SegmentRef> put(Segment segment) {
            return later(() -> world.archive.put(segment));
        }

        /** As on S3, objects go one by one. */
        @Override
        public CompletableFuture<Void> delete(List<SegmentRef> refs) {
            CompletableFuture<?>[] each = refs.stream()
                    .map(ref -> later(() -> world.archive.delete(List.of(ref))))
                    .toArray(CompletableFuture[]::new);
            return CompletableFuture.allOf(each);
        }

        @Override
        public CompletableFuture<Listing> list(String streamName, long fromMillis, long toMillis) {
            return later(() -> world.archive.list(streamName, fromMillis, toMillis));
        }

        @Override
        public CompletableFuture<Segment> read(SegmentRef ref) {
            return later(() -> world.archive.read(ref));
        }
    }

    private void appendSmall(int first, int last, int size) {
        for (int from = first; from <= last; from += size) {
            world.append(from, Math.min(last, from + size - 1));
        }
    }

    private CompactionReport compact(CompactionSettings settings, long nowMillis) {
        return new Compactor(world.archive, settings, () -> false)
                .run(CompactionPlan.of(refs(), settings, nowMillis))
                .join();
    }

    private List<CompactionPlan.Merge> plan(long nowMillis) {
        return CompactionPlan.of(refs(), SETTINGS, nowMillis);
    }

    private List<SegmentRef> refs() {
        return world.archive
                .list(LANE.streamName(), Long.MIN_VALUE, Long.MAX_VALUE)
                .join()
                .segments();
    }
}
