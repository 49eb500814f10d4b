package dev.tidemark.core.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.StreamTail;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaitingCacheTest {

    private static final String ARN = "arn:aws:kinesis:eu-west-1:1:stream/clicks";
    private static final long START = 1_800_000_000_000L;
    private static final long MAX_AGE_MILLIS = 5_000;

    private final Stream stream = new Stream();
    private final Map<String, LaneRow> rows = new TreeMap<>();
    private final WaitingCache cache = new WaitingCache(stream, MAX_AGE_MILLIS);
    private long now = START;

    /** Says what it is told, and keeps the questions. */
    private static final class Stream implements StreamTail {

        final List<Lane> lanes = new ArrayList<>();
        final Map<String, Long> waiting = new HashMap<>();
        final List<String> questions = new ArrayList<>();
        int lists;
        boolean unlisted;
        boolean fails;

        @Nullable
        Lane bornWhenAsked;

        @Override
        public CompletableFuture<List<Lane>> lanes(String streamArn) {
            lists++;
            return unlisted
                    ? CompletableFuture.failedFuture(new IllegalStateException("by script"))
                    : CompletableFuture.completedFuture(List.copyOf(lanes));
        }

        @Override
        public CompletableFuture<OptionalLong> waitingSince(Lane lane, Position last) {
            questions.add(lane.shardId() + " after " + last.text());
            if (bornWhenAsked != null) {
                lanes.add(bornWhenAsked);
            }
            Long since = waiting.get(lane.id());
            return fails
                    ? CompletableFuture.failedFuture(new IllegalStateException("by script"))
                    : CompletableFuture.completedFuture(since == null ? OptionalLong.empty() : OptionalLong.of(since));
        }
    }

    private static Lane lane(int shard) {
        return new Lane(ARN, 1, "shardId-00000000000" + shard);
    }

    /** A lane that is folded up to a position, with the arrival of the record there. */
    private void folded(int shard, long position, long arrivalMillis) {
        row(lane(shard), position, arrivalMillis);
        if (!stream.lanes.contains(lane(shard))) {
            stream.lanes.add(lane(shard));
        }
    }

    private void row(Lane lane, long position, long arrivalMillis) {
        rows.put(
                lane.id(),
                new LaneRow(
                        lane,
                        1,
                        new Position(Long.toString(position), 0),
                        position,
                        arrivalMillis,
                        "g1",
                        Map.of(),
                        Map.of()));
    }

    private Waiting ask() {
        return cache.behind(List.copyOf(rows.values()), now).join();
    }

    @Test
    void aLaneOnWhichNothingArrivesIsAskedAboutOncePerMaximumAge() {
        folded(0, 7, START - 600_000);

        assertThat(ask().caughtUp()).isTrue();
        now += MAX_AGE_MILLIS - 1;
        assertThat(ask().caughtUp()).isTrue();
        assertThat(ask().lanes()).containsOnly(Map.entry(lane(0).id(), new Waiting.Asked(START, null)));
        assertThat(stream.questions).containsExactly("shardId-000000000000 after 7:0");
        now += 1;
        assertThat(ask().lanes()).containsOnly(Map.entry(lane(0).id(), new Waiting.Asked(now, null)));
        assertThat(stream.questions).hasSize(2);
    }

    @Test
    void aLaneWhoseRecordsAreYoungIsNotAskedAbout() {
        folded(0, 7, START - WaitingCache.QUIET_MILLIS + 1);

        assertThat(ask().caughtUp()).isNull();
        assertThat(stream.questions).isEmpty();
        now += 1;
        assertThat(ask().caughtUp()).isTrue();
    }

    /** It has all of its shard's reads to itself while it catches up. */
    @Test
    void aLaneThatMovesIsNotAskedAboutHoweverFarItIsBehind() {
        folded(0, 7, START - 600_000);
        stream.waiting.put(lane(0).id(), START - 500_000);
        assertThat(ask().caughtUp()).isFalse();
        for (int second = 1; second < 60; second++) {
            now += 1_000;
            folded(0, 7 + second, START - 500_000 + second);
            assertThat(ask().caughtUp()).as("second %d", second).isNull();
        }
        assertThat(stream.questions).hasSize(1);
        now += 1_000;
        stream.waiting.clear();
        assertThat(ask().caughtUp()).as("it stands").isTrue();
    }

    @Test
    void aLaneThatHasMovedWhileNobodyLookedIsAskedAbout() {
        folded(0, 7, START - 600_000);
        ask();
        now += 60_000;
        folded(0, 8, START);

        assertThat(ask().caughtUp()).isTrue();
        assertThat(stream.questions)
                .containsExactly("shardId-000000000000 after 7:0", "shardId-000000000000 after 8:0");
    }

    @Test
    void whatWaitsIsSaidSinceWhenAndNotAskedAgainWhileTheLaneStands() {
        folded(0, 7, START - 600_000);
        folded(1, 3, START - 600_000);
        stream.waiting.put(lane(1).id(), START - 200_000);

        for (int i = 0; i < 12; i++) {
            Waiting waiting = ask();
            assertThat(waiting.caughtUp()).isFalse();
            assertThat(waiting.sinceMillis()).hasValue(START - 200_000);
            now += MAX_AGE_MILLIS;
        }
        assertThat(stream.questions.stream().filter(question -> question.startsWith(lane(1).shardId())))
                .hasSize(1);
        ask();
        assertThat(stream.questions.stream().filter(question -> question.startsWith(lane(1).shardId())))
                .as("records expire")
                .hasSize(2);
    }

    @Test
    void oneLaneOfWhichNobodyKnowsLeavesAllUncertain() {
        folded(0, 7, START - 600_000);
        folded(1, 3, START);

        assertThat(ask().caughtUp()).isNull();
        assertThat(ask().lanes()).containsOnlyKeys(lane(0).id());
    }

    @Test
    void aLaneOfWhichNothingWasEverFoldedCounts() {
        folded(0, 7, START - 600_000);
        stream.lanes.add(lane(1));
        assertThat(ask().caughtUp()).isTrue();
        assertThat(stream.questions).contains("shardId-000000000001 after " + Position.ORIGIN.text());

        stream.waiting.put(lane(1).id(), START);
        now += MAX_AGE_MILLIS;
        assertThat(ask().caughtUp()).isFalse();
    }

    @Test
    void whatHasEndedOrIsListedNoMoreHoldsNothing() {
        folded(0, 7, START - 600_000);
        folded(1, 9, START - 600_000);
        rows.computeIfPresent(lane(1).id(), (id, row) -> row.atItsEnd());
        row(new Lane(ARN, 0, lane(0).shardId()), 5, START - 900_000);
        stream.waiting.put(lane(1).id(), START);

        assertThat(ask().caughtUp()).isTrue();
        assertThat(stream.questions).containsExactly("shardId-000000000000 after 7:0");
    }

    /** A shard was split since its stream was listed. */
    @Test
    void aLaneThatIsFoundOnlyWhileAskingLeavesAllUncertainForThisTime() {
        folded(0, 7, START - 600_000);
        stream.bornWhenAsked = lane(1);

        assertThat(ask().caughtUp()).isNull();
        stream.bornWhenAsked = null;
        assertThat(ask().caughtUp()).isTrue();
    }

    @Test
    void aQuestionThatFailedSaysNothingAndIsNotRepeatedSoon() {
        folded(0, 7, START - 600_000);
        stream.fails = true;
        assertThat(ask().caughtUp()).isNull();
        stream.fails = false;
        now += WaitingCache.SETTLED_MILLIS - 1;
        folded(0, 8, START);
        assertThat(ask().caughtUp()).isNull();
        assertThat(stream.questions).hasSize(1);
        now += 1;
        assertThat(ask().caughtUp()).isTrue();
    }

    @Test
    void aListThatFailedIsNotAskedForAgainSoon() {
        folded(0, 7, START - 600_000);
        stream.unlisted = true;
        assertThat(ask().caughtUp()).isNull();
        int lists = stream.lists;
        now += WaitingCache.SETTLED_MILLIS - 1;
        assertThat(ask().caughtUp()).isNull();
        assertThat(stream.lists).isEqualTo(lists);
        stream.unlisted = false;
        now += 1;
        assertThat(ask().caughtUp()).isTrue();
    }

    @Test
    void aStreamOfManyIdleLanesIsAskedAboutPartByPart() {
        for (int shard = 0; shard < WaitingCache.MAX_ASKED + 5; shard++) {
            row(new Lane(ARN, 1, "shardId-0000000001" + (10 + shard)), 1, START - 600_000);
        }
        rows.values().forEach(row -> stream.lanes.add(row.lane()));

        assertThat(ask().caughtUp()).isNull();
        assertThat(stream.questions).hasSize(WaitingCache.MAX_ASKED);
        assertThat(ask().caughtUp()).isTrue();
        assertThat(stream.questions).hasSize(WaitingCache.MAX_ASKED + 5);
    }

    @Test
    void aClockThatWasAheadMakesNoAnswerYoung() {
        folded(0, 7, START - 600_000);
        now = START + 3_600_000;
        ask();
        now = START;
        ask();
        assertThat(stream.questions).hasSize(2);
    }

    @Test
    void whoIsNotToAskKnowsNothing() {
        folded(0, 7, START - 600_000);
        assertThat(new WaitingCache(stream, 0)
                        .behind(List.copyOf(rows.values()), now)
                        .join())
                .isEqualTo(Waiting.UNKNOWN);
        assertThat(WaitingCache.none().behind(List.copyOf(rows.values()), now).join())
                .isEqualTo(Waiting.UNKNOWN);
        assertThat(ask().caughtUp()).isTrue();
        assertThat(cache.behind(List.of(), now).join().caughtUp())
                .as("of no lane the stream is not known")
                .isNull();
    }
}
