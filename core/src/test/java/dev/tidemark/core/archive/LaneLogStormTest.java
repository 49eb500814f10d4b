package dev.tidemark.core.archive;

import static dev.tidemark.core.archive.ArchiveWorld.LANE;
import static dev.tidemark.core.archive.ArchiveWorld.arrivalMillis;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random archives, overlapping in any way, whole or damaged, read from a random start, against an oracle that only asks
 * which records are still in any segment. To replay a failing seed: {@code -Dtidemark.seed=N}. To try more: {@code
 * -Dtidemark.seeds=N}.
 */
class LaneLogStormTest {

    private static final int RECORDS = 200;

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 600));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void givesTheLaneOrNamesTheDamage(long seed) {
        new Storm(new Random(seed)).run();
    }

    private static final class Storm {

        private final Random random;
        private final ArchiveWorld world = new ArchiveWorld(RECORDS);
        private final List<Segment> segments = world.archive.segments;
        private final int start;
        private DamagedArchive.@Nullable Kind expected;

        Storm(Random random) {
            this.random = random;
            this.start = random.nextInt(4) == 0 ? 0 : random.nextInt(RECORDS);
        }

        void run() {
            write();
            switch (random.nextInt(5)) {
                case 0 -> delete();
                case 1 -> makeUnreadable();
                case 2 -> changeARecord();
                case 3 -> miscount();
                default -> {}
            }
            List<RawRecord> read = new ArrayList<>();
            StreamLog log = world.stream(world.start(start), start == 0 ? Long.MIN_VALUE : arrivalMillis(start));
            log.expect(List.of(row()));
            LaneLog lane = log.lanes().get(0);

            Throwable failure = catchThrowable(() -> ArchiveWorld.readAll(lane, read));

            assertThat(positions(read))
                    .as("what is given out is the lane's next records")
                    .isEqualTo(positions(world.records.subList(start, start + read.size())));
            if (expected == null) {
                assertThat(failure).isNull();
                assertThat(read).hasSize(RECORDS - start);
                assertThat(lane.count()).isEqualTo(RECORDS);
            } else {
                assertThat(failure).as("expected %s", expected).isNotNull();
                assertThat(failure.getCause())
                        .isInstanceOfSatisfying(
                                DamagedArchive.class,
                                damage -> assertThat(damage.kind()).isEqualTo(expected));
            }
        }

        /** A mapping that goes on from a checkpoint, and delivers again from anywhere before it, with any boundaries. */
        private void write() {
            int done = 0;
            while (done < RECORDS) {
                int last = Math.min(RECORDS, done + 1 + random.nextInt(30));
                world.append(done + 1, last);
                while (random.nextInt(3) == 0) {
                    int first = 1 + random.nextInt(last);
                    world.append(first, first + random.nextInt(last - first + 1));
                }
                done = last;
            }
        }

        private Segment any() {
            return segments.get(random.nextInt(segments.size()));
        }

        private void delete() {
            int deleted = 1 + random.nextInt(4);
            for (int i = 0; i < deleted && segments.size() > 1; i++) {
                String key = InMemoryArchive.ref(any()).key();
                segments.removeIf(segment -> InMemoryArchive.ref(segment).key().equals(key));
            }
            Set<Position> left = new HashSet<>();
            segments.forEach(segment -> segment.records().forEach(record -> left.add(record.position())));
            boolean whole =
                    world.records.subList(start, RECORDS).stream().allMatch(record -> left.contains(record.position()));
            expected = whole ? null : DamagedArchive.Kind.GAP;
        }

        private void makeUnreadable() {
            String key = InMemoryArchive.ref(any()).key();
            world.archive.unreadable = ref -> ref.key().equals(key);
            boolean needed = segments.stream()
                    .map(InMemoryArchive::ref)
                    .anyMatch(ref -> ref.key().equals(key) && ref.last().isAfter(world.position(start)));
            expected = needed ? DamagedArchive.Kind.UNREADABLE : null;
        }

        /** In one of several segments that hold it; the only copy of a record has nothing to be compared with. */
        @SuppressWarnings("ReferenceEquality") // This very segment: equal ones are other copies.
        private void changeARecord() {
            Segment changed = any();
            int index = random.nextInt(changed.records().size());
            RawRecord was = changed.records().get(index);
            String key = InMemoryArchive.ref(changed).key();
            segments.removeIf(segment ->
                    segment != changed && InMemoryArchive.ref(segment).key().equals(key));
            boolean compared = was.position().isAfter(world.position(start))
                    && segments.stream()
                            .anyMatch(segment -> segment != changed
                                    && segment.records().stream()
                                            .anyMatch(
                                                    record -> record.position().equals(was.position())));
            List<RawRecord> records = new ArrayList<>(changed.records());
            records.set(
                    index, new RawRecord(was.position(), was.arrivalMillis(), was.partitionKey(), "x".getBytes(UTF_8)));
            segments.set(segments.indexOf(changed), new Segment(LANE, changed.last(), changed.count(), records));
            expected = compared ? DamagedArchive.Kind.DISAGREEING : null;
        }

        /** Of a segment that is there once, and right behind what was read before. */
        private void miscount() {
            Segment first = world.segment(RECORDS - 1, RECORDS, RECORDS);
            String key = InMemoryArchive.ref(first).key();
            segments.removeIf(segment -> InMemoryArchive.ref(segment).key().equals(key));
            boolean more = random.nextBoolean();
            segments.add(new Segment(LANE, first.last(), first.count() + (more ? 1 : -1), first.records()));
            boolean whole = segments.stream()
                    .anyMatch(segment -> !InMemoryArchive.ref(segment).key().equals(key)
                            && segment.records().contains(world.records.get(RECORDS - 2)));
            if (whole || start == RECORDS - 1) {
                expected = more ? DamagedArchive.Kind.GAP : DamagedArchive.Kind.MISCOUNTED;
            } else {
                expected = DamagedArchive.Kind.GAP;
            }
        }

        private LaneRow row() {
            return new LaneRow(
                    LANE, 1, world.position(RECORDS), RECORDS, arrivalMillis(RECORDS), "g", Map.of(), Map.of());
        }

        private static List<String> positions(List<RawRecord> records) {
            return records.stream().map(record -> record.position().text()).toList();
        }
    }
}
