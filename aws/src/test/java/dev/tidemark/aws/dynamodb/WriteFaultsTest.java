package dev.tidemark.aws.dynamodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.FaultyHttp;
import dev.tidemark.aws.testing.FaultyHttp.Fault;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Faults between a real client and a real (embedded) DynamoDB: what the caller is told against what was stored. */
class WriteFaultsTest {

    private static final String ITEMS = "faults-" + UUID.randomUUID();
    private static final String ROWS = ITEMS + "-control";
    private static final Position MARK = new Position("49590338271490256608559692538361571095921575989136588898", 0);
    private static final Fault THROTTLED =
            new Fault.Answered(400, FaultyHttp.error("ProvisionedThroughputExceededException"));
    private static final SdkAsyncHttpClient HTTP = AwsCrtAsyncHttpClient.create();

    private final ItemKey key = new ItemKey("view1", UUID.randomUUID().toString(), "5s", 1, "lane.0");
    private final StoredItem item = new StoredItem(MARK, "body".getBytes(UTF_8), 0);
    private final List<Long> pauses = Collections.synchronizedList(new ArrayList<>());
    private final Backoff backoff = new Backoff(
            delayMillis -> {
                pauses.add(delayMillis);
                return CompletableFuture.completedFuture(null);
            },
            () -> 0.5);

    @BeforeAll
    static void createTables() {
        Tables.create(LocalAws.clients().dynamoDb(), ITEMS, ROWS).join();
    }

    @AfterAll
    static void close() {
        HTTP.close();
    }

    @Test
    void aPutWhoseAnswerIsLostIsUnknownAndWasApplied() {
        assertThat(put(new FaultyHttp(HTTP, new Fault.AnswerLost()))).isInstanceOf(Cas.Unknown.class);
        assertThat(isStored()).isTrue();
    }

    @Test
    void aPutAnswered500IsUnknownWhetherOrNotItWasApplied() {
        String error = FaultyHttp.error("InternalServerError");

        assertThat(put(new FaultyHttp(HTTP, new Fault.Answered(500, error)))).isInstanceOf(Cas.Unknown.class);
        assertThat(isStored()).isFalse();
        assertThat(put(new FaultyHttp(HTTP, new Fault.ServedButAnswered(500, error))))
                .isInstanceOf(Cas.Unknown.class);
        assertThat(isStored()).isTrue();
    }

    @Test
    void aPutAnswered503IsUnknown() {
        var busy = new Fault.ServedButAnswered(503, FaultyHttp.error("ServiceUnavailable"));

        assertThat(put(new FaultyHttp(HTTP, busy))).isInstanceOf(Cas.Unknown.class);
    }

    @Test
    void aPutThatTimesOutIsUnknown() {
        FaultyHttp http = new FaultyHttp(HTTP, new Fault.Silence());
        DynamoDbAsyncClient client = client(http, DefaultRetryStrategy.doNotRetry(), Duration.ofMillis(500));

        assertThat(put(client)).isInstanceOf(Cas.Unknown.class);
    }

    @Test
    void aThrottledPutIsRefusedAndWasNotApplied() {
        FaultyHttp http = new FaultyHttp(HTTP, THROTTLED);

        assertThat(put(http)).isInstanceOf(Cas.Refused.class);
        assertThat(http.requests()).isEqualTo(1);
        assertThat(isStored()).isFalse();
    }

    @Test
    void aClientThatRetriesAfterALostAnswerSeesAConflictWithItsOwnMark() {
        DynamoDbAsyncClient client = retrying(new FaultyHttp(HTTP, new Fault.AnswerLost()));

        assertThat(put(client))
                .isInstanceOfSatisfying(
                        Cas.Conflict.class,
                        conflict -> assertThat(conflict.current())
                                .isInstanceOfSatisfying(
                                        StoredItem.class,
                                        stored -> assertThat(stored.mark()).isEqualTo(MARK)));
    }

    @Test
    void aClientThatIsThrottledAfterALostAnswerIsToldUnknown() {
        FaultyHttp http = new FaultyHttp(HTTP, new Fault.AnswerLost(), THROTTLED, THROTTLED);

        assertThat(put(retrying(http))).isInstanceOf(Cas.Unknown.class);
        assertThat(http.requests()).isEqualTo(3);
        assertThat(isStored()).isTrue();
    }

    @Test
    void aLaneCreationWhoseAnswerIsLostIsUnknownAndSucceedsWhenRepeated() {
        control(HTTP)
                .writeControl(new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of()))
                .join();
        DynamoControlStore store = control(new FaultyHttp(HTTP, new Fault.AnswerLost()));
        LaneRow row = new LaneRow(
                new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/s", 1, "shardId-000000000009"),
                1,
                Position.ORIGIN,
                0,
                Long.MIN_VALUE,
                "g1",
                Map.of("view1", Position.ORIGIN),
                Map.of());

        assertThat(store.createLane(row, 1).join()).isInstanceOf(Cas.Unknown.class);
        assertThat(store.readLane(row.lane()).join()).isEqualTo(Optional.of(row));
        assertThat(store.createLane(row, 1).join()).isInstanceOf(Cas.Stored.class);
    }

    @Test
    void readsWhatDynamoDbLeftUnprocessedUntilAllIsRead() {
        store(HTTP).put(key, item, null).join();
        Fault nothing = new Fault.Answered(200, unprocessed());

        DynamoItemStore store = store(new FaultyHttp(HTTP, nothing, nothing));

        assertThat(store.read(List.of(key)).join()).containsOnlyKeys(key);
        assertThat(pauses).as("a random part of a limit that doubles").containsExactly(25L, 50L);
    }

    @Test
    void aReadThatIsThrottledForGoodFailsWithTheRemedy() {
        Fault[] nothing = Collections.nCopies(Backoff.MAX_ATTEMPTS, new Fault.Answered(200, unprocessed()))
                .toArray(Fault[]::new);

        CompletableFuture<Map<ItemKey, StoredItem>> read =
                store(new FaultyHttp(HTTP, nothing)).read(List.of(key));

        assertThatThrownBy(read::join).hasMessageContaining("throttled").hasMessageContaining("capacity");
        assertThat(pauses).hasSize(Backoff.MAX_ATTEMPTS - 1);
    }

    @Test
    void writesWhatDynamoDbLeftUnprocessedUntilAllIsWritten() {
        Fault nothing = new Fault.Answered(200, unwritten());

        store(new FaultyHttp(HTTP, nothing, nothing))
                .putAll(List.of(new Found(key, item)))
                .join();

        assertThat(isStored()).isTrue();
        assertThat(pauses).containsExactly(25L, 50L);
    }

    @Test
    void writesThatAreThrottledForGoodFailWithTheRemedy() {
        Fault[] nothing = Collections.nCopies(Backoff.MAX_ATTEMPTS, new Fault.Answered(200, unwritten()))
                .toArray(Fault[]::new);

        CompletableFuture<Void> write = store(new FaultyHttp(HTTP, nothing)).putAll(List.of(new Found(key, item)));

        assertThatThrownBy(write::join).hasMessageContaining("throttled").hasMessageContaining("capacity");
        assertThat(isStored()).isFalse();
    }

    private String unwritten() {
        return """
                {"UnprocessedItems": {"%1$s": [{"PutRequest": {"Item": {
                  "pk": {"S": "%2$s"}, "sk": {"S": "%3$s"}, "m": {"S": "%4$s"}, "b": {"B": "Ym9keQ=="}}}}]}}
                """.formatted(ITEMS, key.partitionKey(), key.sortKey(), MARK.text());
    }

    private String unprocessed() {
        return """
                {"Responses": {"%1$s": []}, "UnprocessedKeys": {"%1$s": {"Keys": [
                  {"pk": {"S": "%2$s"}, "sk": {"S": "%3$s"}}]}}}
                """.formatted(ITEMS, key.partitionKey(), key.sortKey());
    }

    private Cas<StoredItem> put(SdkAsyncHttpClient http) {
        return store(http).put(key, item, null).join();
    }

    private Cas<StoredItem> put(DynamoDbAsyncClient client) {
        return new DynamoItemStore(client, client, ITEMS, CapacityMeter.NONE, backoff)
                .put(key, item, null)
                .join();
    }

    private boolean isStored() {
        return store(HTTP).read(List.of(key)).join().containsKey(key);
    }

    private DynamoItemStore store(SdkAsyncHttpClient http) {
        DynamoDbAsyncClient client = client(http, DefaultRetryStrategy.doNotRetry(), Duration.ofSeconds(30));
        return new DynamoItemStore(client, client, ITEMS, CapacityMeter.NONE, backoff);
    }

    private static DynamoControlStore control(SdkAsyncHttpClient http) {
        DynamoDbAsyncClient client = client(http, DefaultRetryStrategy.doNotRetry(), Duration.ofSeconds(30));
        return new DynamoControlStore(client, client, ROWS, CapacityMeter.NONE);
    }

    private static DynamoDbAsyncClient retrying(SdkAsyncHttpClient http) {
        RetryStrategy strategy = DefaultRetryStrategy.standardStrategyBuilder()
                .maxAttempts(3)
                .backoffStrategy(BackoffStrategy.retryImmediately())
                .throttlingBackoffStrategy(BackoffStrategy.retryImmediately())
                .build();
        return client(http, strategy, Duration.ofSeconds(30));
    }

    private static DynamoDbAsyncClient client(SdkAsyncHttpClient http, RetryStrategy retries, Duration timeout) {
        return DynamoDbAsyncClient.builder()
                .httpClient(http)
                .endpointOverride(LocalAws.dynamoDbEndpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(LocalAws.CREDENTIALS)
                .overrideConfiguration(
                        overrides -> overrides.retryStrategy(retries).apiCallTimeout(timeout))
                .build();
    }
}
