package dev.tidemark.aws.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.aws.testing.ScriptedHttp;
import dev.tidemark.core.stream.HashRange;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KinesisStreamsTest {

    private static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/shop-events";
    private static final ObjectMapper CBOR = new CBORMapper();
    private static final BigInteger MIDDLE = BigInteger.ONE.shiftLeft(127);
    private static final BigInteger END = BigInteger.ONE.shiftLeft(128);

    private final List<String> calls = new ArrayList<>();
    private final ScriptedHttp server = new ScriptedHttp(this::answer);
    private final AwsClients clients = AwsClients.of(
            Map.of(
                    "AWS_REGION",
                    "us-east-1",
                    "AWS_ENDPOINT_URL_KINESIS",
                    server.endpoint().toString()),
            LocalAws.CREDENTIALS);
    private final InstantSource clock = () -> this.now;
    private final KinesisStreams streams = new KinesisStreams(clients.kinesis(), clock);

    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private long createdMillis = 1_767_225_600_123L;
    private boolean down;
    private final List<String> shards = new ArrayList<>(List.of("shardId-000000000000", "shardId-000000000001"));

    @AfterEach
    void close() {
        clients.close();
        server.close();
    }

    @Test
    void describesAStreamAndAllPagesOfItsShards() {
        StreamInfo info = streams.describe(ARN, shards.get(1)).join();

        assertThat(info.arn()).isEqualTo(ARN);
        assertThat(info.createdMillis()).isEqualTo(createdMillis);
        assertThat(info.lane(shards.get(1)).streamCreatedMillis()).isEqualTo(createdMillis);
        assertThat(info.hashRange(shards.get(0)))
                .contains(new HashRange(BigInteger.ZERO, MIDDLE.subtract(BigInteger.ONE)));
        assertThat(info.hashRange(shards.get(1))).contains(new HashRange(MIDDLE, END.subtract(BigInteger.ONE)));
        assertThat(info.hashRange("shardId-000000000009")).isEmpty();
        assertThat(calls).containsExactly("DescribeStreamSummary " + ARN, "ListShards " + ARN, "ListShards after 1");
    }

    @Test
    void remembersADescriptionForAWhile() {
        streams.describe(ARN, shards.get(0)).join();
        now = now.plus(KinesisStreams.MAX_AGE).minusMillis(1);
        streams.describe(ARN, shards.get(1)).join();
        assertThat(calls).hasSize(3);

        now = now.plusMillis(1);
        createdMillis++;

        assertThat(streams.describe(ARN, shards.get(0)).join().createdMillis())
                .as("a stream created anew under the same ARN is noticed")
                .isEqualTo(createdMillis);
    }

    @Test
    void describesAgainWhenAShardAppears() {
        streams.describe(ARN, shards.get(0)).join();
        shards.add("shardId-000000000002");

        assertThat(streams.describe(ARN, shards.get(2)).join().hashRange(shards.get(2)))
                .isPresent();
    }

    @Test
    void usesAnAgedDescriptionWhileItCannotBeRefreshed() {
        streams.describe(ARN, shards.get(0)).join();
        now = now.plus(KinesisStreams.MAX_AGE);
        down = true;

        assertThat(streams.describe(ARN, shards.get(0)).join().createdMillis()).isEqualTo(createdMillis);
        assertThatThrownBy(() -> streams.describe(ARN, "shardId-000000000077").join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("AccessDeniedException");
    }

    /** Speaks the protocol of Kinesis: CBOR, timestamps in milliseconds, one shard a page. */
    private ScriptedHttp.Answer answer(String target, byte[] body) throws IOException {
        ObjectNode answer = CBOR.createObjectNode();
        if (down) {
            answer.put("__type", "AccessDeniedException").put("message", "by script");
            return new ScriptedHttp.Answer(400, "application/x-amz-cbor-1.1", CBOR.writeValueAsBytes(answer));
        }
        JsonNode request = CBOR.readTree(body);
        String operation = target.substring(target.indexOf('.') + 1);
        if (operation.equals("DescribeStreamSummary")) {
            calls.add(operation + " " + request.path("StreamARN").asText());
            describe(answer.putObject("StreamDescriptionSummary"));
        } else {
            String token = request.path("NextToken").asText();
            calls.add(operation
                    + (token.isEmpty() ? " " + request.path("StreamARN").asText() : " after " + token));
            listShard(answer, token.isEmpty() ? 0 : Integer.parseInt(token));
        }
        return new ScriptedHttp.Answer(200, "application/x-amz-cbor-1.1", CBOR.writeValueAsBytes(answer));
    }

    private void describe(ObjectNode summary) {
        summary.put("StreamARN", ARN).put("StreamName", "shop-events").put("StreamCreationTimestamp", createdMillis);
    }

    private void listShard(ObjectNode answer, int index) {
        ArrayNode page = answer.putArray("Shards");
        BigInteger first = index == 0 ? BigInteger.ZERO : MIDDLE;
        BigInteger last = (index == 0 ? MIDDLE : END).subtract(BigInteger.ONE);
        page.addObject()
                .put("ShardId", shards.get(index))
                .putObject("HashKeyRange")
                .put("StartingHashKey", first.toString())
                .put("EndingHashKey", last.toString());
        if (index + 1 < shards.size()) {
            answer.put("NextToken", Integer.toString(index + 1));
        }
    }
}
