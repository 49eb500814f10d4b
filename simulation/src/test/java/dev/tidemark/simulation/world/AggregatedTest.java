package dev.tidemark.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.stream.KplRecords;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AggregatedTest {

    @Test
    void theProductUnpacksWhatIsPackedHere() {
        byte[] packed = Aggregated.pack(List.of(record("u1", "one"), record("u2", "x".repeat(300))));

        List<KplRecords.UserRecord> records = KplRecords.unpack(packed).orElseThrow();

        assertThat(records).extracting(KplRecords.UserRecord::partitionKey).containsExactly("u1", "u2");
        assertThat(records)
                .extracting(each -> new String(each.data(), StandardCharsets.UTF_8))
                .containsExactly("one", "x".repeat(300));
    }

    private static Plan.UserRecord record(String key, String data) {
        return new Plan.UserRecord(key, data.getBytes(StandardCharsets.UTF_8));
    }
}
