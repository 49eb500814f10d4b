package dev.tidemark.core.archive;

import static dev.tidemark.core.archive.ArchiveWorld.LANE;
import static dev.tidemark.core.archive.ArchiveWorld.arrivalMillis;
import static dev.tidemark.core.archive.ArchiveWorld.readAll;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.ArchiveLog.SegmentRef;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class LaneLogTest {

    private final ArchiveWorld world = new ArchiveWorld(300);

    @Test
    void readsABatchAfterTheOther() {
        world.append(1, 10);
        world.append(11, 11);
        world.append(12, 40);
        LaneLog log = world.lane(LaneStart.BIRTH);

        LaneLog.Run first = log.next().join().orElseThrow();
        assertThat(first.records()).isEqualTo(world.records.subList(0, 10));
        assertThat(first.lane()).isEqualTo(LANE);
        assertThat(first.firstNumber()).isEqualTo(1);
        LaneLog.Run second = log.next().join().orElseThrow();
        assertThat(second.firstNumber()).isEqualTo(11);
        assertThat(readAll(log)).isEqualTo(world.records.subList(11, 40));
        assertThat(log.count()).isEqualTo(40);
        assertThat(log.reached()).isEqualTo(world.position(40));
        assertThat(log.maxArrivalMillis()).isEqualTo(arrivalMillis(40));
        assertThat(log.next().join()).isEmpty();
    }

    @Test
    void takesEachPositionOnceFromSegmentsThatOverlap() {
        world.append(1, 30);
        world.append(11, 20);
        world.append(21, 50);
        world.append(1, 60);
        world.archive.append(world.segment(10, 45, 70)).join();

        assertThat(readAll(world.lane(LaneStart.BIRTH))).isEqualTo(world.records.subList(0, 70));
    }

    @Test
    void readsFromAStartOn() {
        world.append(1, 30);
        world.append(31, 50);
        world.append(51, 60);
        LaneLog log = world.lane(world.start(40), arrivalMillis(40));

        LaneLog.Run first = log.next().join().orElseThrow();
        assertThat(first.firstNumber()).isEqualTo(41);
        assertThat(first.records()).isEqualTo(world.records.subList(40, 50));
        assertThat(readAll(log)).isEqualTo(world.records.subList(50, 60));
        assertThat(readAll(world.lane(world.start(60)))).isEmpty();
    }

    @Test
    void findsASegmentThatBeganLongBeforeTheStart() {
        ArchiveWorld slow = new ArchiveWorld(4_000); // Two days and more, a record a minute.
        slow.append(1, 3_999);
        slow.append(1, 3_900);
        slow.append(4_000, 4_000);

        assertThat(readAll(slow.lane(slow.start(3_900), arrivalMillis(3_900))))
                .isEqualTo(slow.records.subList(3_900, 4_000));
    }

    @Test
    void aDeletedSegmentIsAGap() {
        world.append(1, 10);
        Segment lost = world.append(11, 30);
        world.append(31, 40);
        world.archive.segments.remove(lost);

        DamagedArchive damage = damage(world.lane(LaneStart.BIRTH), 10);

        assertThat(damage.kind()).isEqualTo(DamagedArchive.Kind.GAP);
        assertThat(damage.gap())
                .isEqualTo(new DamagedArchive.Gap(LANE.id(), world.position(10), world.position(30), 20));
        assertThat(damage.key())
                .isEqualTo(InMemoryArchive.ref(world.segment(30, 31, 40)).key());
        assertThat(damage).hasMessageContaining("lacks 20 records").hasMessageContaining("versions");
    }

    @Test
    void aDeletedFirstSegmentIsAGap() {
        world.append(31, 40);

        DamagedArchive damage = damage(world.lane(LaneStart.BIRTH), 0);

        assertThat(damage.gap())
                .isEqualTo(new DamagedArchive.Gap(LANE.id(), world.position(0), world.position(30), 30));
    }

    @Test
    void aGapBehindWhichAHeaderIsStaleShowsAtTheNext() {
        world.append(1, 10);
        world.archive.append(world.segment(10, 31, 40)).join();
        world.append(41, 50);

        DamagedArchive damage = damage(world.lane(LaneStart.BIRTH), 20);

        assertThat(damage.gap())
                .isEqualTo(new DamagedArchive.Gap(LANE.id(), world.position(10), world.position(40), 20));
    }

    @Test
    void aStartThatCountsOtherwiseIsDamage() {
        world.append(11, 20);

        LaneStart start = new LaneStart(world.position(10), 9, arrivalMillis(10));

        assertThat(damage(world.lane(start), 0).kind()).isEqualTo(DamagedArchive.Kind.GAP);
        start = new LaneStart(world.position(10), 11, arrivalMillis(10));
        assertThat(damage(world.lane(start), 0).kind()).isEqualTo(DamagedArchive.Kind.MISCOUNTED);
    }

    @Test
    void anUnreadableSegmentIsNamedEachTime() {
        world.append(1, 10);
        world.append(11, 20);
        String key = InMemoryArchive.ref(world.segment(10, 11, 20)).key();
        world.archive.unreadable = ref -> ref.key().equals(key);
        LaneLog log = world.lane(LaneStart.BIRTH);

        DamagedArchive damage = damage(log, 10);

        assertThat(damage.kind()).isEqualTo(DamagedArchive.Kind.UNREADABLE);
        assertThat(damage.key()).isEqualTo(key);
        assertThat(damage(log, 0).key()).isEqualTo(key);
    }

    @Test
    void overlapsThatDisagreeAreDamage() {
        for (int changed : new int[] {11, 15, 20}) {
            ArchiveWorld each = new ArchiveWorld(40);
            Segment one = each.append(1, 20);
            RawRecord was = each.records.get(changed - 1);
            for (RawRecord now : List.of(
                    new RawRecord(was.position(), was.arrivalMillis(), was.partitionKey(), "other".getBytes(UTF_8)),
                    new RawRecord(was.position(), was.arrivalMillis() + 1, was.partitionKey(), was.data()),
                    new RawRecord(was.position(), was.arrivalMillis(), "other", was.data()))) {
                each.archive.segments.clear();
                each.archive.append(one).join();
                each.records.set(changed - 1, now);
                each.append(11, 30);
                DamagedArchive damage = damage(each.lane(LaneStart.BIRTH), 20);

                assertThat(damage.kind()).isEqualTo(DamagedArchive.Kind.DISAGREEING);
                assertThat(damage).hasMessageContaining(was.position().text());
                assertThat(damage).hasMessageContaining(InMemoryArchive.ref(one).key());
            }
        }
    }

    @Test
    void aRecordThatOnlyOneOfTwoOverlappingSegmentsHasIsDamage() {
        for (int missing : new int[] {12, 15, 20}) {
            ArchiveWorld each = new ArchiveWorld(40);
            each.append(1, 20);
            List<RawRecord> fewer = new ArrayList<>(each.records.subList(10, 30));
            fewer.remove(each.records.get(missing - 1));
            each.archive.append(new Segment(LANE, each.position(10), 10, fewer)).join();

            assertThat(damage(each.lane(LaneStart.BIRTH), 20).kind()).isEqualTo(DamagedArchive.Kind.DISAGREEING);
        }
    }

    @Test
    void goesOnWithWhatASegmentWasCompactedInto() {
        world.append(1, 10);
        Segment two = world.append(11, 20);
        Segment three = world.append(21, 30);
        LaneLog log = world.lane(LaneStart.BIRTH);
        assertThat(log.next().join()).isPresent();
        world.archive.segments.removeAll(List.of(two, three));
        world.append(11, 30);
        // What was fetched ahead before is used, so that only what comes later is found gone.
        LaneLog late = world.lane(LaneStart.BIRTH);

        assertThat(readAll(log)).isEqualTo(world.records.subList(10, 30));
        assertThat(readAll(late)).isEqualTo(world.records.subList(0, 30));
    }

    @Test
    void isReadWhileItIsCompacted() {
        List<Segment> small = new ArrayList<>();
        for (int first = 1; first <= 50; first += 5) {
            small.add(world.append(first, first + 4));
        }
        int[] reads = {0};
        world.archive.beforeRead = () -> {
            if (++reads[0] == 5) {
                world.archive.segments.removeAll(small);
                world.append(1, 50);
            }
        };

        assertThat(readAll(world.lane(LaneStart.BIRTH))).isEqualTo(world.records.subList(0, 50));
    }

    @Test
    void aSegmentThatVanishesForGoodIsMissing() {
        world.append(1, 10);
        Segment lost = world.append(11, 20);
        world.append(21, 30);
        int[] reads = {0};
        world.archive.beforeRead = () -> {
            if (++reads[0] == 2) {
                world.archive.segments.remove(lost);
            }
        };

        DamagedArchive damage = damage(world.lane(LaneStart.BIRTH), 10);

        assertThat(damage.kind()).isEqualTo(DamagedArchive.Kind.MISSING);
        assertThat(damage.key()).isEqualTo(InMemoryArchive.ref(lost).key());
    }

    @Test
    void whoPassesOverDamageFindsTheRestOfIt() {
        world.append(1, 10);
        Segment lost = world.append(11, 20);
        world.append(21, 30);
        world.append(31, 40);
        world.append(41, 50);
        SegmentRef bad = InMemoryArchive.ref(world.segment(30, 31, 40));
        world.archive.segments.remove(lost);
        world.archive.unreadable = ref -> ref.key().equals(bad.key());
        StreamLog stream = world.stream(LaneStart.BIRTH, Long.MIN_VALUE);
        stream.expect(List.of(row(60, 60)));
        LaneLog log = stream.lanes().get(0);
        List<DamagedArchive.Kind> found = new ArrayList<>();
        List<RawRecord> read = new ArrayList<>();
        while (true) {
            Throwable failure = catchThrowable(() -> readAll(log, read));
            if (failure == null) {
                break;
            }
            DamagedArchive damage = (DamagedArchive) Objects.requireNonNull(failure.getCause());
            found.add(damage.kind());
            log.passOver(damage);
        }

        assertThat(found)
                .containsExactly(
                        DamagedArchive.Kind.GAP,
                        DamagedArchive.Kind.UNREADABLE,
                        DamagedArchive.Kind.GAP,
                        DamagedArchive.Kind.GAP);
        assertThat(read).hasSize(30);
    }

    @Test
    void theEndIsComparedWithTheLaneRow() {
        world.append(1, 10);
        Segment lost = world.append(11, 20);
        assertThat(readExpecting(20, 20)).hasSize(20);
        assertThat(readExpecting(15, 15)).hasSize(20);
        assertThat(damageExpecting(15, 16).kind()).isEqualTo(DamagedArchive.Kind.GAP);
        assertThat(damageExpecting(15, 14).kind()).isEqualTo(DamagedArchive.Kind.MISCOUNTED);
        world.archive.segments.remove(lost);

        DamagedArchive damage = damageExpecting(20, 20);

        assertThat(damage.gap())
                .isEqualTo(new DamagedArchive.Gap(LANE.id(), world.position(10), world.position(20), 10));
    }

    @Test
    void aLaneWithoutASegmentIsComparedWithItsRowToo() {
        StreamLog log = StreamLog.open(world.archive, LANE.streamName(), Map.of(), Long.MIN_VALUE, Long.MAX_VALUE)
                .join();
        assertThat(log.lanes()).isEmpty();

        log.expect(List.of(row(5, 5)));

        assertThat(log.lanes()).hasSize(1);
        assertThat(damage(log.lanes().get(0), 0).kind()).isEqualTo(DamagedArchive.Kind.GAP);
    }

    @Test
    void foreignKeysAreNamed() {
        world.archive.foreignKeys.add("archive/shop/notes.txt");

        assertThat(world.stream(LaneStart.BIRTH, 0).foreignKeys()).containsExactly("archive/shop/notes.txt");
    }

    @Test
    void aFailureThatIsNoDamageCanBeTriedAgain() {
        world.append(1, 10);
        boolean[] failed = {false};
        LaneLog log = world.lane(LaneStart.BIRTH);
        world.archive.beforeRead = () -> {
            if (!failed[0]) {
                failed[0] = true;
                throw new CompletionException(new IllegalStateException("no connection"));
            }
        };

        assertThat(catchThrowable(() -> log.next().join())).hasRootCauseMessage("no connection");
        assertThat(readAll(log)).isEqualTo(world.records.subList(0, 10));
    }

    private List<RawRecord> readExpecting(int last, int count) {
        StreamLog log = world.stream(LaneStart.BIRTH, Long.MIN_VALUE);
        log.expect(List.of(row(last, count)));
        return readAll(log.lanes().get(0));
    }

    private DamagedArchive damageExpecting(int last, int count) {
        StreamLog log = world.stream(LaneStart.BIRTH, Long.MIN_VALUE);
        log.expect(List.of(row(last, count)));
        return damage(log.lanes().get(0), 10);
    }

    private LaneRow row(int last, int count) {
        return new LaneRow(LANE, 1, world.position(last), count, arrivalMillis(last), "g", Map.of(), Map.of());
    }

    /** @param before how many records the log gives before the damage */
    private static DamagedArchive damage(LaneLog log, int before) {
        List<RawRecord> read = new ArrayList<>();
        Throwable failure = catchThrowable(() -> readAll(log, read));
        assertThat(failure).isInstanceOf(CompletionException.class).hasCauseInstanceOf(DamagedArchive.class);
        assertThat(read).hasSize(before);
        return (DamagedArchive) Objects.requireNonNull(failure.getCause());
    }
}
