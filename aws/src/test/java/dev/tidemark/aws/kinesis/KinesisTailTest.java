package dev.tidemark.aws.kinesis;

import static dev.tidemark.aws.kinesis.ScriptedKinesis.ARN;
import static dev.tidemark.aws.kinesis.ScriptedKinesis.CREATED_MILLIS;
import static dev.tidemark.aws.kinesis.ScriptedKinesis.aggregate;
import static dev.tidemark.aws.kinesis.ScriptedKinesis.lane;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.kinesis.ScriptedKinesis.Page;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KinesisTailTest {

    private static final Lane PARENT = lane(0);
    private static final Position LAST = new Position("4900", 0);

    /** Shard 0 was split into those that are listed with it. */
    private final ScriptedKinesis kinesis =
            new ScriptedKinesis(2, Map.of(1, List.of(0)), "ProvisionedThroughputExceededException");

    private final KinesisTail tail = new KinesisTail(
            kinesis.clients.kinesisOnce(),
            new KinesisStreams(kinesis.clients.kinesisOnce(), InstantSource.fixed(Instant.EPOCH)),
            Duration.ofMinutes(5));

    @AfterEach
    void close() {
        kinesis.close();
    }

    private OptionalLong waiting(Position last) {
        return tail.waitingSince(PARENT, last).join();
    }

    @Test
    void nothingWaitsWhereTheLastRecordIsTheNewest() {
        kinesis.pages.add(new Page(0, "4900"));
        assertThat(waiting(LAST)).isEmpty();
        assertThat(kinesis.calls).containsExactly("ListShards", "AT_SEQUENCE_NUMBER 4900", "GetRecords 2");
    }

    @Test
    void theNextRecordWaitsSinceItArrived() {
        kinesis.pages.add(new Page(0, "4900", "4901"));
        assertThat(waiting(LAST)).hasValue(CREATED_MILLIS);
    }

    @Test
    void aPositionWhoseRecordHasExpiredIsNoReason() {
        kinesis.pages.add(new Page(0));
        assertThat(waiting(LAST)).isEmpty();
        kinesis.pages.add(new Page(1_000, "4950"));
        assertThat(waiting(LAST)).hasValue(CREATED_MILLIS);
    }

    @Test
    void aLaneOfWhichNothingIsFoldedIsReadFromItsBeginning() {
        kinesis.pages.add(new Page(0, "4900"));
        assertThat(waiting(Position.ORIGIN)).hasValue(CREATED_MILLIS);
        assertThat(kinesis.calls).contains("TRIM_HORIZON ");
    }

    @Test
    void anEmptyPageThatIsNotAtTheEndSaysNothing() {
        kinesis.pages.add(new Page(5_000));
        kinesis.pages.add(new Page(5_000, "4901"));
        assertThat(waiting(LAST)).hasValue(CREATED_MILLIS);
        for (int i = 0; i < KinesisTail.MAX_PAGES + 1; i++) {
            kinesis.pages.add(new Page(5_000));
        }
        assertThatThrownBy(() -> waiting(LAST)).hasMessageContaining("it is not known");
        assertThat(kinesis.pages).hasSize(1);
    }

    /** The half that is done of an aggregated record must not pass for the whole. */
    @Test
    void theRestOfAnAggregatedRecordWaits() {
        kinesis.data = aggregate("a", "a", "b");
        kinesis.pages.add(new Page(0, "4900"));
        assertThat(waiting(LAST)).as("subrecord 1 is left").hasValue(CREATED_MILLIS);
        kinesis.pages.add(new Page(0, "4900"));
        assertThat(waiting(new Position("4900", 1)))
                .as("subrecord 2, which is outside the shard's range, is the lane's all the same")
                .hasValue(CREATED_MILLIS);
        kinesis.pages.add(new Page(0, "4900"));
        assertThat(waiting(new Position("4900", 2))).isEmpty();
    }

    @Test
    void whoComesToTheEndOfAShardFindsThoseThatCameOfIt() {
        kinesis.shards = 1;
        assertThat(tail.lanes(ARN).join()).containsExactly(PARENT);
        kinesis.shards = 2;
        assertThat(tail.lanes(ARN).join()).as("kept for a while").containsExactly(PARENT);
        kinesis.pages.add(new Page(0, true, List.of("4900")));
        assertThat(waiting(LAST)).isEmpty();
        assertThat(tail.lanes(ARN).join()).containsExactly(PARENT, lane(1));
    }

    @Test
    void inAShardThatIsListedNoMoreNothingWaits() {
        assertThat(tail.waitingSince(lane(9), LAST).join()).isEmpty();
        Lane old = new Lane(ARN, CREATED_MILLIS - 1, PARENT.shardId());
        assertThat(tail.waitingSince(old, LAST).join())
                .as("of a stream that was deleted")
                .isEmpty();
        assertThat(kinesis.calls).containsExactly("ListShards");
    }

    @Test
    void aThrottledQuestionIsNotPutTwice() {
        assertThatThrownBy(() -> waiting(LAST))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("ProvisionedThroughputExceededException");
        assertThat(kinesis.calls.stream().filter("GetRecords 2"::equals)).hasSize(1);
    }
}
