package dev.tidemark.functions.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.tidemark.aws.kinesis.StreamInfo;
import dev.tidemark.aws.kinesis.StreamInfo.ShardInfo;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.HashRange;
import dev.tidemark.core.stream.KplEncoder;
import dev.tidemark.core.stream.KplRecords.UserRecord;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From Lambda's event to the counts of the lane: of an aggregated record nothing vanishes, whatever packed it. */
class AggregatedRecordsTest {

    private static final long NOW_MILLIS = 1_790_000_000_000L;
    private static final String ARN = "arn:aws:kinesis:eu-central-1:111122223333:stream/pay-events";
    private static final String SHARD = "shardId-000000000001";
    private static final List<HashRange> RANGES = List.of(
            HashRange.of("0", "113427455640312821154458202477256070484"),
            HashRange.of("113427455640312821154458202477256070485", "226854911280625642308916404954512140969"),
            HashRange.of("226854911280625642308916404954512140970", "340282366920938463463374607431768211455"));
    private static final StreamInfo STREAM =
            new StreamInfo(ARN, 1_700_000_000_000L, Map.of(SHARD, new ShardInfo(RANGES.get(1), List.of())));
    private static final Lane LANE = STREAM.lane(SHARD);
    private static final String FIRST = "49590338271490256608559692538361571095921575989136588891001";
    private static final String SECOND = "49590338271490256608559692538361571095921575989136588891002";

    private final InMemoryControlStore control = new InMemoryControlStore();
    private final InMemoryArchive archive = new InMemoryArchive();
    private final InMemoryQuarantine quarantine = new InMemoryQuarantine();

    private static Catalog catalog(String aggregatedBy) {
        return new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  pay:
                    stream: pay-events
                    event_time: {field: ts, format: epoch_millis}
                    aggregated_by: %s
                views:
                  acct:
                    source: pay
                    entity: user_id
                    features:
                      n: {function: count, windows: [1h]}
                """.formatted(aggregatedBy));
    }

    private StreamsEventResponse deliver(String aggregatedBy, byte[]... records) {
        FoldPorts ports = new FoldPorts(
                new InMemoryItemStore(),
                control,
                archive,
                quarantine,
                Lineage.NEVER_RESHARDED,
                millis -> CompletableFuture.completedFuture(null),
                () -> NOW_MILLIS,
                new Random(1));
        BatchFold fold = new BatchFold(catalog(aggregatedBy), ports, new FoldSettings("g1", 4, 3, 1 << 20));
        IngestFunction function = IngestFunction.of(
                fold,
                (arn, shard) -> CompletableFuture.completedFuture(STREAM),
                (batch, outcome) -> assertThat(outcome.violations()).isEmpty(),
                () -> NOW_MILLIS);
        return function.handle(event(records), Long.MAX_VALUE).join();
    }

    @SuppressWarnings("JavaUtilDate") // The type that the library gives the arrival time.
    private static KinesisEvent event(byte[]... records) {
        List<KinesisEventRecord> all = new ArrayList<>();
        for (byte[] data : records) {
            KinesisEvent.Record record = new KinesisEvent.Record();
            record.setSequenceNumber(all.isEmpty() ? FIRST : SECOND);
            record.setPartitionKey("k");
            record.setApproximateArrivalTimestamp(new Date(NOW_MILLIS));
            record.setData(ByteBuffer.wrap(data));
            KinesisEventRecord one = new KinesisEventRecord();
            one.setEventSourceARN(ARN);
            one.setEventID(SHARD + ":" + record.getSequenceNumber());
            one.setKinesis(record);
            all.add(one);
        }
        KinesisEvent event = new KinesisEvent();
        event.setRecords(all);
        return event;
    }

    private static UserRecord user(String key, @Nullable String explicitHashKey) {
        String json = "{\"ts\":" + NOW_MILLIS + ",\"user_id\":\"" + key + "\"}";
        return new UserRecord(key, explicitHashKey, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Each with a key of its own, wherever that hashes to: what AWS Labs' libraries put into one record. */
    private static List<UserRecord> users(int count) {
        List<UserRecord> users = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = "kpl-" + i;
            users.add(user(key, i % 2 == 0 ? null : HashRange.hashKey(key).toString()));
        }
        return users;
    }

    private static long outside(List<UserRecord> users) {
        return users.stream()
                .filter(user -> !RANGES.get(1).contains(user.hashKey()))
                .count();
    }

    private LaneRow row() {
        return Objects.requireNonNull(control.lanes.get(LANE.id()));
    }

    private ViewCounts counts() {
        return row().countsOf(catalog("kpl").views().get(0).version());
    }

    @Test
    void byDefaultWhatIsOutsideTheShardIsCountedArchivedAndQuarantined() {
        List<UserRecord> users = users(60);
        long outside = outside(users);
        assertThat(outside).isBetween(1L, 59L);

        StreamsEventResponse response = deliver("kpl", KplEncoder.encode(users));

        assertThat(response.getBatchItemFailures()).isEmpty();
        assertThat(row().count()).isEqualTo(60);
        assertThat(counts()).isEqualTo(new ViewCounts(60 - outside, 0, 0, 0, 0, Map.of(Reason.OUTSIDE_SHARD, outside)));
        assertThat(archive.records(LANE.id()))
                .extracting(RawRecord::outsideShard)
                .containsExactlyElementsOf(users.stream()
                        .map(user -> !RANGES.get(1).contains(user.hashKey()))
                        .toList());
        assertThat(quarantine.entries).hasSize((int) outside);
    }

    @Test
    void ofAnyPackerAllCount() {
        deliver("any", KplEncoder.encode(users(60)));

        assertThat(row().count()).isEqualTo(60);
        assertThat(row().countsOf(catalog("any").views().get(0).version()).folded())
                .isEqualTo(60);
        assertThat(quarantine.entries).isEmpty();
    }

    @Test
    void anExplicitHashKeyDecidesAndNotThePartitionKey() {
        String inside = RANGES.get(1).start().toString();
        String outside = RANGES.get(2).start().toString();
        List<UserRecord> users = new ArrayList<>();
        for (UserRecord user : users(20)) {
            users.add(new UserRecord(user.partitionKey(), users.size() < 12 ? inside : outside, user.data()));
        }

        deliver("kpl", KplEncoder.encode(users));

        assertThat(counts()).isEqualTo(new ViewCounts(12, 0, 0, 0, 0, Map.of(Reason.OUTSIDE_SHARD, 8L)));
    }

    /** Such a batch used to be reported as done without a word, and its lane stood still. */
    @Test
    void aBatchOfNothingButOutsidersMovesTheLane() {
        deliver("kpl", KplEncoder.encode(List.of(user("a", "0"), user("b", "0"))));

        assertThat(row().last()).isEqualTo(new Position(FIRST, 1));
        assertThat(counts()).isEqualTo(new ViewCounts(0, 0, 0, 0, 0, Map.of(Reason.OUTSIDE_SHARD, 2L)));
        assertThat(archive.records(LANE.id())).hasSize(2);
    }

    /** Bytes that begin like an aggregated record are one plain record, which is bad, if they are not a whole one. */
    @ParameterizedTest
    @ValueSource(strings = {"digest", "message", "empty", "no key", "no such key", "no data", "magic alone"})
    void whatIsDamagedOrEmptyIsOneRecordThatIsBad(String what) {
        byte[] whole = KplEncoder.encode(List.of(user("a", null)));
        byte[] damaged = switch (what) {
            case "digest" -> flipped(whole, whole.length - 1);
            case "message" -> flipped(whole, 5);
            case "empty" -> KplEncoder.encode(List.of());
            case "no key" -> KplEncoder.seal(new byte[] {0x1a, 2, 0x1a, 0});
            case "no such key" -> KplEncoder.seal(new byte[] {0x0a, 1, 'k', 0x1a, 4, 8, 1, 0x1a, 0});
            case "no data" -> KplEncoder.seal(new byte[] {0x0a, 1, 'k', 0x1a, 2, 8, 0});
            default -> Arrays.copyOf(whole, 4);
        };

        deliver(
                "kpl",
                damaged,
                KplEncoder.encode(List.of(user("a", RANGES.get(1).end().toString()))));

        assertThat(row().count()).isEqualTo(2);
        assertThat(counts()).isEqualTo(new ViewCounts(1, 0, 0, 0, 0, Map.of(Reason.NOT_JSON, 1L)));
        assertThat(archive.records(LANE.id()).get(0).data()).isEqualTo(damaged);
        assertThat(quarantine.entries.values())
                .singleElement()
                .satisfies(entry -> assertThat(entry.reason()).hasMessageContaining("begins like an aggregated one"));
    }

    private static byte[] flipped(byte[] data, int at) {
        byte[] changed = data.clone();
        changed[at] ^= 1;
        return changed;
    }
}
