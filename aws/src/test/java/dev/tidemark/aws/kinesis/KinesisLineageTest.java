package dev.tidemark.aws.kinesis;

import static dev.tidemark.aws.kinesis.ScriptedKinesis.ARN;
import static dev.tidemark.aws.kinesis.ScriptedKinesis.CREATED_MILLIS;
import static dev.tidemark.aws.kinesis.ScriptedKinesis.aggregate;
import static dev.tidemark.aws.kinesis.ScriptedKinesis.lane;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.kinesis.ScriptedKinesis.Page;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KinesisLineageTest {

    private static final Lane PARENT = lane(0);
    private static final Position LAST = new Position("4900", 0);

    /** Shards 0 and 1 are original, 2 was split from 0, 3 merged of both. */
    private final ScriptedKinesis kinesis =
            new ScriptedKinesis(4, Map.of(2, List.of(0), 3, List.of(0, 1)), "ResourceNotFoundException");

    private final KinesisLineage lineage = new KinesisLineage(
            kinesis.clients.kinesis(),
            new KinesisStreams(kinesis.clients.kinesis(), InstantSource.fixed(Instant.EPOCH)));

    @AfterEach
    void close() {
        kinesis.close();
    }

    private boolean drained(Lane lane, Position last) {
        return lineage.drained(lane, last).join();
    }

    @Test
    void parentsAreThoseThatTheStreamNames() {
        assertThat(lineage.parents(PARENT).join()).isEmpty();
        assertThat(lineage.parents(lane(2)).join()).containsExactly(PARENT);
        assertThat(lineage.parents(lane(3)).join()).containsExactly(PARENT, lane(1));
        assertThat(lineage.parents(lane(9)).join()).as("not listed any more").isEmpty();
    }

    @Test
    void childrenAreThoseThatNameTheShardAsAParent() {
        assertThat(lineage.children(PARENT).join()).containsExactly(lane(2), lane(3));
        assertThat(lineage.children(lane(1)).join()).containsExactly(lane(3));
        assertThat(lineage.children(lane(3)).join()).as("open").isEmpty();
        assertThat(lineage.children(lane(9)).join()).as("not listed any more").isEmpty();
    }

    @Test
    void aLaneOfADeletedStreamHasNoLineage() {
        Lane old = new Lane(ARN, CREATED_MILLIS - 1, PARENT.shardId());
        assertThatThrownBy(() -> lineage.parents(old).join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("was deleted");
    }

    @Test
    void aClosedShardWithNothingAfterTheLastRecordIsDrained() {
        kinesis.pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, LAST)).isTrue();
        assertThat(kinesis.calls).contains("AT_SEQUENCE_NUMBER 4900");
    }

    @Test
    void aRecordAfterTheLastOneIsStillToCome() {
        kinesis.pages.add(new Page(true, "4900", "4901"));
        assertThat(drained(PARENT, LAST)).isFalse();
    }

    @Test
    void aShardOfWhichNothingIsDoneIsReadFromItsBeginning() {
        kinesis.pages.add(new Page(true));
        assertThat(drained(PARENT, Position.ORIGIN)).isTrue();
        kinesis.pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, Position.ORIGIN)).isFalse();
        assertThat(kinesis.calls).contains("TRIM_HORIZON ");
    }

    @Test
    void anEmptyPageIsNoEnd() {
        kinesis.pages.add(new Page(false, "4900"));
        kinesis.pages.add(new Page(false));
        kinesis.pages.add(new Page(true, "4905"));
        assertThat(drained(PARENT, LAST)).isFalse();
        kinesis.pages.add(new Page(false));
        kinesis.pages.add(new Page(false));
        kinesis.pages.add(new Page(true));
        assertThat(drained(PARENT, LAST)).isTrue();
        assertThat(kinesis.pages).isEmpty();
    }

    @Test
    void anOpenShardIsNotDrainedHoweverOftenItIsAsked() {
        for (int i = 0; i < KinesisLineage.MAX_PAGES + 5; i++) {
            kinesis.pages.add(new Page(false));
        }
        assertThat(drained(PARENT, LAST)).isFalse();
        assertThat(kinesis.pages).hasSize(5);
    }

    @Test
    void aShardThatTheStreamNoLongerListsIsDrained() {
        assertThat(drained(lane(9), LAST)).isTrue();
        assertThat(kinesis.calls).noneMatch(call -> call.startsWith("AT_"));
    }

    @Test
    void anAggregatedRecordIsDrainedOnlyWithItsLastUserRecord() {
        // The shard has the lower half of the hash keys, so "a" only; but what is outside of it is the lane's too.
        kinesis.data = aggregate("a", "a", "b");
        kinesis.pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, LAST)).as("subrecord 1 is left").isFalse();
        kinesis.pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, new Position("4900", 1)))
                .as("subrecord 2 is outside the shard, and left")
                .isFalse();
        kinesis.pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, new Position("4900", 2))).isTrue();
        kinesis.data = aggregate("b");
        kinesis.pages.add(new Page(true, "4900", "4901"));
        assertThat(drained(PARENT, new Position("4899", 0)))
                .as("all of it is outside the shard, and left")
                .isFalse();
    }

    /** Also where it begins with a record of another shard: the fold refuses it as one. */
    @Test
    void theRestOfARecordThatHoldsTooManyIsFolded() {
        String[] keys = new String[KplRecords.MAX_RECORDS + 2];
        Arrays.fill(keys, "b");
        keys[0] = "a";
        kinesis.data = aggregate(keys);
        kinesis.pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, new Position("4900", 0))).isFalse();
        kinesis.pages.add(new Page(true, "4900"));
        assertThat(drained(PARENT, new Position("4900", KplRecords.MAX_RECORDS)))
                .isTrue();
    }

    @Test
    void aFailureIsNoAnswer() {
        assertThatThrownBy(() -> drained(PARENT, LAST))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("ResourceNotFoundException");
    }
}
