package dev.tidemark.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DynamoControlStoreTest {

    private static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/shop-events";
    private static final Position LAST = new Position("49590338271490256608559692538361571095921575989136588898", 3);

    private final String table = "control-" + UUID.randomUUID();
    private final CapacityCounter capacity = new CapacityCounter();
    private final DynamoControlStore store = new DynamoControlStore(
            LocalAws.clients().dynamoDb(), LocalAws.clients().dynamoDbWrites(), table, capacity);

    @BeforeEach
    void createTable() {
        Tables.create(LocalAws.clients().dynamoDb(), table + "-items", table).join();
    }

    @Test
    void theControlRowIsCreatedOnceAndThenRaisedRevByRev() {
        assertThat(store.readControl().join()).isEmpty();
        assertThat(store.writeControl(control(2)).join()).isEqualTo(new Cas.Conflict<ControlRow>(null));

        assertThat(store.writeControl(control(1)).join()).isEqualTo(new Cas.Stored<ControlRow>());
        assertThat(store.readControl().join()).contains(control(1));
        assertThat(store.writeControl(control(1)).join()).isEqualTo(new Cas.Conflict<>(control(1)));

        assertThat(store.writeControl(control(2)).join()).isEqualTo(new Cas.Stored<ControlRow>());
        assertThat(store.writeControl(control(2)).join()).isEqualTo(new Cas.Conflict<>(control(2)));
        assertThat(store.writeControl(control(4)).join()).isEqualTo(new Cas.Conflict<>(control(2)));
        assertThat(capacity.writeUnits()).isEqualTo(2.0);
    }

    @Test
    void aLaneIsCreatedWhileTheControlRowStands() {
        store.writeControl(control(1)).join();

        assertThat(store.readLane(lane(7)).join()).isEmpty();
        assertThat(store.createLane(newLane(7), 1).join()).isEqualTo(new Cas.Stored<LaneRow>());
        assertThat(store.readLane(lane(7)).join()).isEqualTo(Optional.of(newLane(7)));
    }

    @Test
    void aLaneIsNotCreatedWhenTheControlRowHasMovedOrIsMissing() {
        assertThat(store.createLane(newLane(7), 1).join()).isEqualTo(new Cas.Conflict<LaneRow>(null));
        store.writeControl(control(1)).join();
        store.writeControl(control(2)).join();

        assertThat(store.createLane(newLane(7), 1).join()).isEqualTo(new Cas.Conflict<LaneRow>(null));
        assertThat(store.readLane(lane(7)).join()).isEmpty();
    }

    @Test
    void aLaneThatExistsIsTheConflictEvenWhenTheControlRowHasMoved() {
        store.writeControl(control(1)).join();
        store.createLane(newLane(7), 1).join();
        LaneRow other = new LaneRow(lane(7), 1, Position.ORIGIN, 0, Long.MIN_VALUE, "g2", Map.of(), Map.of());

        assertThat(store.createLane(other, 1).join()).isEqualTo(new Cas.Conflict<>(newLane(7)));
        store.writeControl(control(2)).join();
        assertThat(store.createLane(other, 1).join()).isEqualTo(new Cas.Conflict<>(newLane(7)));
    }

    @Test
    void creatingTheSameLaneAgainFindsThatItWasCreated() {
        store.writeControl(control(1)).join();
        store.createLane(newLane(7), 1).join();

        assertThat(store.createLane(newLane(7), 1).join()).isEqualTo(new Cas.Stored<LaneRow>());
    }

    @Test
    void theSameLaneIsCreatedInAnotherTableToo() {
        createInTable(table);
        String second = table + "-second";
        Tables.create(LocalAws.clients().dynamoDb(), table + "-items", second).join();

        createInTable(second);
    }

    private void createInTable(String name) {
        DynamoControlStore rows = new DynamoControlStore(
                LocalAws.clients().dynamoDb(), LocalAws.clients().dynamoDbWrites(), name, capacity);
        rows.writeControl(control(1)).join();
        assertThat(rows.createLane(newLane(7), 1).join()).isEqualTo(new Cas.Stored<LaneRow>());
        assertThat(rows.readLane(lane(7)).join()).contains(newLane(7));
    }

    @Test
    void aLaneRowMovesRevByRev() {
        store.writeControl(control(1)).join();
        store.createLane(newLane(7), 1).join();
        LaneRow second = progress(7, 2);

        assertThat(store.writeLane(second).join()).isEqualTo(new Cas.Stored<LaneRow>());
        assertThat(store.readLane(lane(7)).join()).contains(second);
        assertThat(store.writeLane(second).join()).isEqualTo(new Cas.Conflict<>(second));
        assertThat(store.writeLane(progress(7, 4)).join()).isEqualTo(new Cas.Conflict<>(second));
        assertThat(store.writeLane(progress(8, 2)).join()).isEqualTo(new Cas.Conflict<LaneRow>(null));
    }

    @Test
    void revOneIsForCreationOnly() {
        assertThatThrownBy(() -> store.writeLane(newLane(7))).hasMessageContaining("createLane");
        assertThatThrownBy(() -> store.createLane(progress(7, 2), 1)).hasMessageContaining("rev 2");
    }

    @Test
    void listsEveryLaneAndNotTheControlRow() {
        assertThat(store.readLanes().join()).isEmpty();
        store.writeControl(control(1)).join();
        List<LaneRow> rows = new ArrayList<>();
        for (int shard = 0; shard < 25; shard++) {
            rows.add(newLane(shard));
            store.createLane(newLane(shard), 1).join();
        }

        assertThat(store.readLanes().join()).hasSameElementsAs(rows).hasSize(25);
    }

    @Test
    void aRowOfALaterFormatIsNotRead() {
        store.writeControl(control(1)).join();
        LocalAws.clients()
                .dynamoDb()
                .updateItem(request -> request.tableName(table)
                        .key(ControlAttributes.controlKey())
                        .updateExpression("SET f = :next")
                        .expressionAttributeValues(Map.of(":next", AttributeValue.fromN("2"))))
                .join();

        assertThatThrownBy(() -> store.readControl().join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("Deploy");
    }

    @Test
    void aLanesAncestorsAreKeptAndNoAncestorsAreNotTheSameAsUnknownOnes() {
        store.writeControl(control(1)).join();
        store.createLane(newLane(7), 1).join();
        assertThat(store.readLane(lane(7)).join().orElseThrow().ancestors()).isNull();

        LaneRow none = newLane(7).withAncestors(Map.of());
        assertThat(store.writeLane(none).join()).isEqualTo(new Cas.Stored<LaneRow>());
        assertThat(store.readLane(lane(7)).join()).contains(none);

        LaneRow two = none.withAncestors(Map.of("0123456789ab.000000000001", 1_700_000_009_999L, "x.2", -1L));
        assertThat(store.writeLane(two).join()).isEqualTo(new Cas.Stored<LaneRow>());
        assertThat(store.readLane(lane(7)).join()).contains(two);
    }

    @Test
    void aLanesEndIsKept() {
        store.writeControl(control(1)).join();
        store.createLane(newLane(7), 1).join();
        LaneRow ended = newLane(7).atItsEnd();
        store.writeLane(ended).join();

        assertThat(store.readLane(lane(7)).join()).contains(ended);
        assertThat(ended.ended()).isTrue();
    }

    private static ControlRow control(long rev) {
        return new ControlRow(
                rev,
                "g1",
                ControlRow.Phase.LIVE,
                Map.of("view1", ControlRow.ViewStatus.ACTIVE, "view0", ControlRow.ViewStatus.RETIRED));
    }

    private static Lane lane(int shard) {
        return new Lane(ARN, 1_700_000_000_123L, String.format(Locale.ROOT, "shardId-%012d", shard));
    }

    private static LaneRow newLane(int shard) {
        return new LaneRow(
                lane(shard),
                1,
                Position.ORIGIN,
                0,
                Long.MIN_VALUE,
                "g1",
                Map.of("view1", Position.ORIGIN, "view0", LAST),
                Map.of());
    }

    private static LaneRow progress(int shard, long rev) {
        return new LaneRow(
                lane(shard),
                rev,
                LAST,
                100,
                1_700_000_009_999L,
                "g1",
                Map.of("view1", Position.ORIGIN, "view2", LAST),
                Map.of("view1", new ViewCounts(70, 15, 5, 7, 3, Map.of(InvalidEvent.Reason.NOT_JSON, 7L))));
    }
}
