package dev.tidemark.cli.put;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.stream.Position;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/** A stream that refuses single records, whole requests, or does not answer. */
class RecordWriterTest {

    private final List<String> stored = new ArrayList<>();
    private final List<Long> pauses = new ArrayList<>();
    private int requests;

    private RecordWriter writer(Function<PutRecordsRequest, CompletableFuture<PutRecordsResponse>> stream) {
        KinesisAsyncClient kinesis = (KinesisAsyncClient) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KinesisAsyncClient.class}, (proxy, method, arguments) -> {
                    requests++;
                    return stream.apply(request(arguments[0]));
                });
        return new RecordWriter(kinesis, "here", "events", pauses::add, () -> {});
    }

    @SuppressWarnings("unchecked")
    private static PutRecordsRequest request(Object argument) {
        PutRecordsRequest.Builder request = PutRecordsRequest.builder();
        ((Consumer<PutRecordsRequest.Builder>) argument).accept(request);
        return request.build();
    }

    private PutRecordsResultEntry store(PutRecordsRequestEntry record) {
        stored.add(record.partitionKey() + " " + record.data().asUtf8String());
        return PutRecordsResultEntry.builder()
                .shardId("shard-" + record.partitionKey().charAt(0))
                .sequenceNumber(Integer.toString(stored.size()))
                .build();
    }

    private static PutRecordsResultEntry refuse(String code) {
        return PutRecordsResultEntry.builder()
                .errorCode(code)
                .errorMessage("Rate exceeded for shard")
                .build();
    }

    private static CompletableFuture<PutRecordsResponse> answer(List<PutRecordsResultEntry> results) {
        return CompletableFuture.completedFuture(
                PutRecordsResponse.builder().records(results).build());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatIsRefusedIsSentAgainInTheOrderOfItsKey(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> codes = List.of("ProvisionedThroughputExceededException", "InternalFailure");
        RecordWriter writer = writer(request -> {
            if (random.nextInt(10) == 0) {
                return CompletableFuture.failedFuture(ProvisionedThroughputExceededException.builder()
                        .statusCode(400)
                        .build());
            }
            List<PutRecordsResultEntry> results = new ArrayList<>();
            request.records()
                    .forEach(record ->
                            results.add(random.nextInt(3) == 0 ? refuse(codes.get(random.nextInt(2))) : store(record)));
            return answer(results);
        });
        List<String> put = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            String key = "k" + random.nextInt(40);
            put.add(key + " " + i);
            writer.add(key, Integer.toString(i).getBytes(UTF_8));
        }
        writer.flush();

        assertThat(writer.written()).isEqualTo(5_000);
        assertThat(stored).containsExactlyInAnyOrderElementsOf(put);
        for (int key = 0; key < 40; key++) {
            String start = "k" + key + " ";
            assertThat(stored.stream().filter(one -> one.startsWith(start)))
                    .containsExactlyElementsOf(
                            put.stream().filter(one -> one.startsWith(start)).toList());
        }
        assertThat(pauses).isNotEmpty().allMatch(millis -> millis > 0);
        assertThat(writer.last()).isEqualTo(Map.of("shard-k", new Position("5000", 0)));
    }

    @Test
    void onlyARefusalIsPausedAfter() {
        RecordWriter writer = writer(
                request -> answer(request.records().stream().map(this::store).toList()));
        for (int i = 0; i < 10; i++) {
            writer.add("one key", new byte[] {'x'});
        }
        writer.flush();

        assertThat(requests).as("one record of a key in each").isEqualTo(10);
        assertThat(pauses).isEmpty();
    }

    @Test
    void manyKeysGoInFullRequests() {
        RecordWriter writer = writer(
                request -> answer(request.records().stream().map(this::store).toList()));
        for (int i = 0; i < 10_000; i++) {
            writer.add("k" + i, new byte[] {'x'});
        }
        writer.flush();

        assertThat(requests).isEqualTo(20);
    }

    @Test
    void aStreamThatTakesNothingEndsWithWhatIsOnItAndWhy() {
        RecordWriter writer = writer(request -> answer(request.records().stream()
                .map(record -> record.partitionKey().equals("good") ? store(record) : refuse("Throttled"))
                .toList()));
        writer.add("good", new byte[] {'x'});
        writer.add("bad", new byte[] {'x'});

        assertThatThrownBy(writer::flush)
                .isInstanceOf(Failure.class)
                .hasMessageContaining("turned the same 1 event down 20 times (Throttled: Rate exceeded for shard)")
                .hasMessageContaining("1 event is on the stream");
        assertThat(writer.written()).isEqualTo(1);
    }

    @Test
    void anUnknownOutcomeIsSaid() {
        RecordWriter silent =
                writer(request -> CompletableFuture.failedFuture(SdkClientException.create("no answer in time")));
        silent.add("k", new byte[] {'x'});
        assertThatThrownBy(silent::flush)
                .hasMessageContaining("Whether 1 event of the last request is on the stream is not known")
                .hasMessageContaining("0 events are on the stream");

        RecordWriter broken = writer(request -> CompletableFuture.failedFuture(
                KinesisException.builder().statusCode(500).build()));
        broken.add("k", new byte[] {'x'});
        assertThatThrownBy(broken::flush).hasMessageContaining("is not known");
    }

    @Test
    void aRefusalIsNoUnknownOutcome() {
        RecordWriter refused = writer(request -> CompletableFuture.failedFuture(
                KinesisException.builder().statusCode(400).build()));
        refused.add("k", new byte[] {'x'});
        assertThatThrownBy(refused::flush).message().contains("status 400").doesNotContain("not known");

        RecordWriter nobody = writer(request ->
                CompletableFuture.failedFuture(SdkClientException.create("nobody", new ConnectException("refused"))));
        nobody.add("k", new byte[] {'x'});
        assertThatThrownBy(nobody::flush).message().contains("start it with").doesNotContain("not known");
    }
}
