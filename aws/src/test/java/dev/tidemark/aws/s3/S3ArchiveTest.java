package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.testing.FaultyHttp;
import dev.tidemark.aws.testing.FaultyHttp.Fault;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.core.archive.CompactionSettings;
import dev.tidemark.core.archive.Compactor;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3ArchiveTest {

    private static final String BUCKET = "archive-" + UUID.randomUUID();
    private static final SdkAsyncHttpClient HTTP = AwsCrtAsyncHttpClient.create();
    private static final Fault CONFLICT =
            new Fault.Answered(409, "<Error><Code>ConditionalRequestConflict</Code></Error>");

    private final List<Long> pauses = Collections.synchronizedList(new ArrayList<>());
    private final Backoff backoff = new Backoff(
            delayMillis -> {
                pauses.add(delayMillis);
                return CompletableFuture.completedFuture(null);
            },
            () -> 0.5);
    private final S3Archive archive = new S3Archive(LocalAws.clients().s3(), BUCKET, backoff);
    private final Lane lane =
            new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/" + UUID.randomUUID(), 1, "shardId-1");

    @BeforeAll
    static void createBucket() {
        LocalAws.clients().s3().createBucket(request -> request.bucket(BUCKET)).join();
    }

    @AfterAll
    static void close() {
        HTTP.close();
    }

    @Test
    void keepsASegmentUnderTheHourOfItsFirstArrival() {
        Segment segment = segment("one", 7);
        // 2026-01-01T00:59:59.999Z; the second record arrives in the next hour.
        String key = "archive/" + lane.streamName() + "/2026/01/01/00/" + lane.id()
                + "/002-10-0000000000000000000_002-11-0000000000000000003.jsonl.gz";

        archive.append(segment).join();

        assertThat(S3Archive.key(segment)).isEqualTo(key);
        SegmentFormatTest.assertSame(archive.read(key).join(), segment);
    }

    @Test
    void appendingASegmentAgainChangesNothing() {
        archive.append(segment("first", 7)).join();
        archive.append(segment("second", 8)).join();

        Segment read = archive.read(S3Archive.key(segment("", 0))).join();
        assertThat(read.count()).isEqualTo(7);
        assertThat(read.records().get(0).data()).asString(UTF_8).isEqualTo("first");
    }

    @Test
    void anAppendWhoseAnswerIsLostSucceedsWhenTheSdkTriesAgain() {
        FaultyHttp http = new FaultyHttp(HTTP, new Fault.AnswerLost());

        archive(http).append(segment("one", 7)).join();

        assertThat(http.requests()).as("the second is answered 412").isEqualTo(2);
        assertThat(archive.read(S3Archive.key(segment("one", 7))).join().count())
                .isEqualTo(7);
    }

    @Test
    void anAppendThatRacesWithAnotherIsTriedAgain() {
        archive(new FaultyHttp(HTTP, CONFLICT, CONFLICT))
                .append(segment("one", 7))
                .join();

        assertThat(pauses).hasSize(2);
        assertThat(archive.read(S3Archive.key(segment("one", 7))).join().count())
                .isEqualTo(7);
    }

    @Test
    void anAppendThatRacesForEverFails() {
        Fault[] conflicts = Collections.nCopies(Backoff.MAX_ATTEMPTS, CONFLICT).toArray(Fault[]::new);
        FaultyHttp http = new FaultyHttp(HTTP, conflicts);

        CompletableFuture<Void> append = archive(http).append(segment("one", 7));

        assertThatThrownBy(append::join).hasCauseInstanceOf(S3Exception.class);
        assertThat(http.requests()).isEqualTo(Backoff.MAX_ATTEMPTS);
    }

    @Test
    void anAppendThatIsNotConfirmedFails() {
        Fault denied = new Fault.Answered(403, "<Error><Code>AccessDenied</Code></Error>");

        CompletableFuture<Void> append = archive(new FaultyHttp(HTTP, denied)).append(segment("one", 7));

        assertThatThrownBy(append::join).hasMessageContaining("AccessDenied");
        assertThatThrownBy(() -> archive.read(S3Archive.key(segment("one", 7))).join())
                .hasCauseInstanceOf(NoSuchKeyException.class);
    }

    @Test
    void listsTheHoursAskedFor() {
        long hourMillis = 3_600_000L;
        long firstMillis = 1_767_225_600_000L; // 2026-01-01T00:00:00Z
        List<String> keys = new ArrayList<>();
        for (int hour = 0; hour < 5; hour++) {
            RawRecord record =
                    new RawRecord(new Position("1" + hour, 0), firstMillis + hour * hourMillis + 5, "k", new byte[0]);
            Segment segment = new Segment(lane, Position.ORIGIN, 0, List.of(record));
            archive.append(segment).join();
            keys.add(S3Archive.key(segment));
        }

        assertThat(list(firstMillis + hourMillis + 59, firstMillis + 3 * hourMillis, 1_000))
                .isEqualTo(keys.subList(1, 4));
        assertThat(list(firstMillis, firstMillis + 9 * hourMillis, 2)).isEqualTo(keys);
        assertThat(list(firstMillis, firstMillis + 2 * hourMillis, 1)).isEqualTo(keys.subList(0, 3));
        assertThat(list(firstMillis - 9 * hourMillis, firstMillis - hourMillis, 1_000))
                .isEmpty();
    }

    @Test
    void listsAllSegmentsAndNamesWhatIsNone() {
        String stream = "archive/" + lane.streamName() + "/";
        List<ArchiveLog.SegmentRef> refs = new ArrayList<>();
        for (int n = 1_000; n < 2_005; n++) {
            RawRecord first = new RawRecord(new Position("" + n, 0), n * 4_000_000L, "k", new byte[n % 7]);
            RawRecord last = new RawRecord(new Position("" + n, 2), n * 4_000_000L, "k", new byte[0]);
            Segment segment = new Segment(lane, Position.ORIGIN, 0, List.of(first, last));
            archive.append(segment).join();
            long hourStartMillis = n * 4_000_000L / 3_600_000 * 3_600_000;
            String key = S3Archive.key(segment);
            refs.add(new ArchiveLog.SegmentRef(
                    key, lane.id(), first.position(), last.position(), hourStartMillis, size(key)));
        }
        List<String> foreign = List.of(
                stream + "1970/02/30/00/" + lane.id()
                        + "/002-10-0000000000000000000_002-11-0000000000000000000.jsonl.gz",
                stream + "1970/03/01/00/" + lane.id() + "/002-10-000_002-11-000.jsonl.gz",
                stream + "1970/03/01/00/" + lane.id()
                        + "/003-10-0000000000000000000_002-11-0000000000000000000.jsonl.gz",
                stream + "1970/03/01/00/" + lane.id()
                        + "/002-12-0000000000000000000_002-11-0000000000000000000.jsonl.gz",
                stream + "1970/03/01/00/" + lane.id() + "/002-10-0000000000000000000.jsonl.gz",
                stream + "notes.txt");
        foreign.forEach(key -> put(key, "text"));
        put(stream + "1970/", "");

        ArchiveLog.Listing all =
                archive.list(lane.streamName(), Long.MIN_VALUE, Long.MAX_VALUE).join();
        ArchiveLog.Listing some = archive.list(lane.streamName(), 1_500 * 4_000_000L, 1_600 * 4_000_000L)
                .join();

        assertThat(all.segments()).containsExactlyElementsOf(refs);
        assertThat(all.foreignKeys()).containsExactlyInAnyOrderElementsOf(foreign);
        assertThat(some.segments()).containsExactlyElementsOf(refs.subList(500, 601));
        assertThat(some.foreignKeys()).isEmpty();
    }

    /** Rule I4: nobody who asks for arrivals can know in which hours the rows of an import are assumed to have come. */
    @Test
    void listsTheSegmentsOfImportsWhateverArrivalsAreAskedFor() {
        long dayMillis = 86_400_000;
        long importMillis = 20_000 * dayMillis;
        Lane imported = Lane.ofImport(lane.streamArn(), importMillis, 1, 0);
        RawRecord row = new RawRecord(new Position("1", 0), 3_000 * dayMillis, "k", new byte[1]);
        RawRecord click = new RawRecord(new Position("2", 0), 20_010 * dayMillis, "k", new byte[1]);
        String ofRow = key(new Segment(imported, Position.ORIGIN, 0, List.of(row)));
        String ofClick = key(new Segment(lane, Position.ORIGIN, 0, List.of(click)));

        assertThat(ofRow).startsWith("archive/" + lane.streamName() + "/import/2024/10/04/00/" + imported.id() + "/");
        assertThat(keys(20_009 * dayMillis, 20_011 * dayMillis)).containsExactly(ofClick, ofRow);
        assertThat(keys(20_009 * dayMillis, Long.MAX_VALUE)).containsExactly(ofClick, ofRow);
        assertThat(keys(Long.MIN_VALUE, Long.MAX_VALUE)).containsExactly(ofClick, ofRow);
        assertThat(keys(0, dayMillis)).containsExactly(ofRow);
    }

    private String key(Segment segment) {
        return archive.put(segment).join().key();
    }

    private List<String> keys(long fromMillis, long toMillis) {
        return archive.list(lane.streamName(), fromMillis, toMillis).join().segments().stream()
                .map(ArchiveLog.SegmentRef::key)
                .toList();
    }

    @Test
    void aDamagedObjectIsNamed() {
        Segment segment = segment("whole", 7);
        String key = S3Archive.key(segment);
        byte[] whole = SegmentWriter.write(segment);
        ArchiveLog.SegmentRef ref = new ArchiveLog.SegmentRef(
                key, lane.id(), new Position("10", 0), new Position("11", 3), 0, whole.length);

        assertThat(damage(ref).kind()).isEqualTo(DamagedArchive.Kind.MISSING);
        put(key, AsyncRequestBody.fromBytes(Arrays.copyOf(whole, whole.length - 9)));
        assertThat(damage(ref).kind()).isEqualTo(DamagedArchive.Kind.UNREADABLE);
        assertThat(damage(ref)).hasMessageContaining(key).hasMessageContaining("versions");
        Segment other = new Segment(lane, Position.ORIGIN, 0, segment.records().subList(0, 1));
        put(key, AsyncRequestBody.fromBytes(SegmentWriter.write(other)));
        assertThat(damage(ref).kind()).isEqualTo(DamagedArchive.Kind.MISPLACED);
        put(key, AsyncRequestBody.fromBytes(SegmentWriter.write(new Segment(lane, Position.ORIGIN, 0, List.of()))));
        assertThat(damage(ref).kind()).isEqualTo(DamagedArchive.Kind.MISPLACED);
        put(key, AsyncRequestBody.fromBytes(whole));
        SegmentFormatTest.assertSame(archive.read(ref).join(), segment);
    }

    @Test
    void isCompacted() {
        long hourMillis = 3_600_000L;
        Position last = Position.ORIGIN;
        for (int n = 0; n < 30; n++) {
            RawRecord record = new RawRecord(new Position("" + (10 + n), 0), 1_000L * n, "k", new byte[] {(byte) n});
            archive.append(new Segment(lane, last, n, List.of(record))).join();
            last = record.position();
        }

        var report = new Compactor(archive, CompactionSettings.DEFAULT, () -> false)
                .run(lane.streamName(), Long.MIN_VALUE, 9 * hourMillis)
                .join();

        List<ArchiveLog.SegmentRef> left =
                archive.list(lane.streamName(), 0, hourMillis).join().segments();
        assertThat(report.segmentsMerged()).isEqualTo(29);
        assertThat(left).hasSize(2);
        assertThat(archive.read(left.get(0)).join().records())
                .extracting(record -> record.data()[0])
                .hasSize(29)
                .isSorted();
        archive.delete(left).join();
        archive.delete(left).join();
        assertThat(archive.list(lane.streamName(), 0, hourMillis).join().segments())
                .isEmpty();
    }

    private DamagedArchive damage(ArchiveLog.SegmentRef ref) {
        Throwable failure = catchThrowable(() -> archive.read(ref).join());
        assertThat(failure).hasCauseInstanceOf(DamagedArchive.class);
        return (DamagedArchive) Objects.requireNonNull(failure.getCause());
    }

    private static long size(String key) {
        return LocalAws.clients()
                .s3()
                .headObject(request -> request.bucket(BUCKET).key(key))
                .join()
                .contentLength();
    }

    private static void put(String key, String body) {
        put(key, AsyncRequestBody.fromString(body));
    }

    private static void put(String key, AsyncRequestBody body) {
        LocalAws.clients()
                .s3()
                .putObject(request -> request.bucket(BUCKET).key(key), body)
                .join();
    }

    private List<String> list(long fromMillis, long toMillis, int limit) {
        List<String> keys = new ArrayList<>();
        String after = null;
        do {
            KeyPage page = archive.list(lane.streamName(), fromMillis, toMillis, after, limit)
                    .join();
            keys.addAll(page.keys());
            after = page.next();
        } while (after != null);
        return keys;
    }

    @Test
    void aSegmentOfNoRecordsIsRejected() {
        assertThatThrownBy(() -> archive.append(new Segment(lane, Position.ORIGIN, 0, List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(lane.id());
    }

    private Segment segment(String data, long count) {
        return new Segment(
                lane,
                new Position("9", 0),
                count,
                List.of(
                        new RawRecord(new Position("10", 0), 1_767_229_199_999L, "key", data.getBytes(UTF_8)),
                        new RawRecord(new Position("11", 3), 1_767_229_200_000L, "key", new byte[] {(byte) 0xff})));
    }

    private S3Archive archive(SdkAsyncHttpClient http) {
        S3AsyncClient s3 = S3AsyncClient.builder()
                .httpClient(http)
                .endpointOverride(LocalAws.s3Endpoint())
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(LocalAws.CREDENTIALS)
                .overrideConfiguration(
                        overrides -> overrides.retryStrategy(DefaultRetryStrategy.standardStrategyBuilder()
                                .maxAttempts(3)
                                .backoffStrategy(BackoffStrategy.retryImmediately())
                                .build()))
                .build();
        return new S3Archive(s3, BUCKET, backoff);
    }
}
