package dev.tidemark.aws.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.aws.testing.ScriptedHttp;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

class KinesisPutsTest {

    private static final ObjectMapper CBOR = new CBORMapper();
    private static final int MIB = 1 << 20;
    private static final Set<Integer> LOST_BEFORE = Set.of(-1);
    private static final Set<Integer> LOST_AFTER = Set.of(-2);

    /** Of each call, in turn: which of its records are refused, or that the call or its answer is lost. */
    private final Deque<Set<Integer>> script = new ArrayDeque<>();

    /** What comes when the script is over. */
    private Set<Integer> rest = Set.of();

    private final List<List<String>> calls = new ArrayList<>();
    private final List<String> stored = new ArrayList<>();
    private final List<Long> bytes = new ArrayList<>();
    private long nowMillis;

    private final ScriptedHttp server = new ScriptedHttp(this::answer);
    private final AwsClients clients = AwsClients.of(
            Map.of(
                    "AWS_REGION",
                    "us-east-1",
                    "AWS_ENDPOINT_URL_KINESIS",
                    server.endpoint().toString()),
            LocalAws.CREDENTIALS);
    private final KinesisPuts puts = new KinesisPuts(
            clients.kinesisOnce(),
            new Backoff(
                    millis -> {
                        nowMillis += millis;
                        return CompletableFuture.completedFuture(null);
                    },
                    () -> 0.5),
            () -> Instant.ofEpochMilli(nowMillis));

    @AfterEach
    void close() {
        clients.close();
        server.close();
    }

    private synchronized ScriptedHttp.Answer answer(String target, byte[] body) throws IOException {
        assertThat(target).endsWith(".PutRecords");
        JsonNode request = CBOR.readTree(body);
        assertThat(request.get("StreamName").asText()).isEqualTo("scoring");
        Set<Integer> refused = script.isEmpty() ? rest : script.removeFirst();
        List<String> keys = new ArrayList<>();
        long size = 0;
        ObjectNode answer = CBOR.createObjectNode();
        ArrayNode results = answer.putArray("Records");
        for (JsonNode record : request.get("Records")) {
            String key = record.get("PartitionKey").asText();
            size += record.get("Data").binaryValue().length + key.length();
            ObjectNode result = results.addObject();
            if (refused.contains(keys.size())) {
                result.put("ErrorCode", "ProvisionedThroughputExceededException")
                        .put("ErrorMessage", "by script");
            } else if (!refused.equals(LOST_BEFORE)) {
                stored.add(key);
                result.put("SequenceNumber", "1").put("ShardId", "shardId-000000000000");
            }
            keys.add(key);
        }
        calls.add(keys);
        bytes.add(size);
        answer.put("FailedRecordCount", refused.size());
        boolean isLost = refused.equals(LOST_BEFORE) || refused.equals(LOST_AFTER);
        return new ScriptedHttp.Answer(
                isLost ? 500 : 200,
                "application/x-amz-cbor-1.1",
                isLost ? new byte[0] : CBOR.writeValueAsBytes(answer));
    }

    private static List<PutRecordsRequestEntry> entries(int count, int size) {
        return IntStream.range(0, count)
                .mapToObj(i -> PutRecordsRequestEntry.builder()
                        .partitionKey("k" + i)
                        .data(SdkBytes.fromByteArray("x".repeat(size).getBytes(UTF_8)))
                        .build())
                .toList();
    }

    private int put(List<PutRecordsRequestEntry> entries) {
        return puts.put("scoring", entries, 1_000_000).join();
    }

    @Test
    void recordsAreThereInOrderAndInCallsThatKinesisTakes() {
        assertThat(put(entries(1_201, 1))).isEqualTo(1_201);

        assertThat(calls).extracting(List::size).containsExactly(500, 500, 201);
        assertThat(stored).hasSize(1_201).startsWith("k0", "k1").endsWith("k1200");
        assertThat(put(List.of())).isZero();
        assertThat(calls).hasSize(3);
    }

    @Test
    void largeRecordsGoInMoreCalls() {
        assertThat(put(entries(9, MIB - 5))).isEqualTo(9);

        assertThat(stored).hasSize(9);
        assertThat(bytes).hasSize(3).allMatch(size -> size <= 5L * MIB);
    }

    @Test
    void onlyWhatWasRefusedIsPutAgain() {
        script.add(Set.of(1, 3));
        script.add(Set.of(1));

        assertThat(put(entries(5, 1))).isEqualTo(5);

        assertThat(calls).containsExactly(List.of("k0", "k1", "k2", "k3", "k4"), List.of("k1", "k3"), List.of("k3"));
        assertThat(stored).containsExactlyInAnyOrder("k0", "k1", "k2", "k3", "k4");
    }

    @Test
    void whatMayBeThereIsPutAgain() {
        script.add(LOST_AFTER);
        script.add(LOST_BEFORE);

        assertThat(put(entries(2, 1))).isEqualTo(2);

        assertThat(stored).containsExactly("k0", "k1", "k0", "k1");
    }

    @Test
    void theFirstThatIsNotThereIsNamedAndNothingIsPutBehindItsCall() {
        script.add(Set.of());
        rest = Set.of(0);

        assertThat(put(entries(1_400, 1))).isEqualTo(500);
        assertThat(calls).hasSize(1 + Backoff.MAX_ATTEMPTS);
        assertThat(stored).contains("k499", "k501", "k999").doesNotContain("k500", "k1000");
    }

    @Test
    void noCallIsMadeWhenTheTimeIsOver() {
        nowMillis = 1_000_000;
        assertThat(put(entries(3, 1))).isZero();
        assertThat(calls).isEmpty();

        nowMillis = 999_999;
        rest = LOST_BEFORE;
        assertThat(put(entries(3, 1))).isZero();
        assertThat(calls).hasSize(1);
    }
}
