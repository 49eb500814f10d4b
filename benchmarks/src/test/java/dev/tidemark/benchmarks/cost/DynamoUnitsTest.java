package dev.tidemark.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import org.junit.jupiter.api.Test;

/** By hand, from DynamoDB's documentation of item sizes and capacity units. */
class DynamoUnitsTest {

    @Test
    void aWriteUnitPerBegunKilobyte() {
        assertThat(DynamoUnits.written(0)).isEqualTo(1);
        assertThat(DynamoUnits.written(1_024)).isEqualTo(1);
        assertThat(DynamoUnits.written(1_025)).isEqualTo(2);
    }

    @Test
    void aReadUnitPerBegunFourKilobytesAndHalfOfItForAnEventuallyConsistentRead() {
        assertThat(DynamoUnits.readStrongly(0)).isEqualTo(1);
        assertThat(DynamoUnits.readStrongly(4_096)).isEqualTo(1);
        assertThat(DynamoUnits.readStrongly(4_097)).isEqualTo(2);
        assertThat(DynamoUnits.readEventually(4_097)).isEqualTo(1.0);
    }

    @Test
    void aNumberTakesAByteForTwoDigitsAndOneMore() {
        assertThat(DynamoUnits.number("x", 123_456)).isEqualTo(1 + 3 + 1);
        assertThat(DynamoUnits.number("x", -1_200)).isEqualTo(1 + 1 + 1 + 1);
    }

    @Test
    void anItemIsItsNamesAndValues() {
        ItemKey key = new ItemKey("v1", "ü", "5s", 7, "lane.0");
        StoredItem item = new StoredItem(new Position("123", 0), new byte[10], 1_769_853_601L);
        int partitionKey = 2 + "v1|".length() + 2;
        int sortKey = 2 + "5s/0000000007/lane.0".length();
        int mark = 1 + "123:0".length();
        int body = 1 + 10;
        int expires = 1 + 5 + 1;
        assertThat(DynamoUnits.itemBytes(key, item)).isEqualTo(partitionKey + sortKey + mark + body + expires);
    }
}
