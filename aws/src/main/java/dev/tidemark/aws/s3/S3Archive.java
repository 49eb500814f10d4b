package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.async.Failures;
import dev.tidemark.core.store.ArchiveStore;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** The archive on S3 (rule F7): one object per batch or portion of one, never changed. Thread-safe. */
public final class S3Archive implements ArchiveStore {

    private static final String CONTENT_TYPE = "application/gzip";

    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("uuuu/MM/dd/HH").withZone(ZoneOffset.UTC);

    /** The end of the year 9999, to which the keys' years have four digits. */
    private static final long LAST_MILLIS = 253_402_300_799_999L;

    /** Before the hour of an import's segments. */
    private static final String IMPORTS = "import/";

    private final S3Objects objects;
    private final Executor decoder;

    /** Decodes on the client's threads. */
    public S3Archive(S3AsyncClient s3, String bucket, Backoff backoff) {
        this(s3, bucket, backoff, Runnable::run);
    }

    /** @param decoder decodes what is read; with several threads, several segments at once */
    public S3Archive(S3AsyncClient s3, String bucket, Backoff backoff, Executor decoder) {
        this.objects = new S3Objects(s3, bucket, backoff);
        this.decoder = decoder;
    }

    /**
     * Encodes the segment before it returns, then uploads. A segment with the same lane and the same first and last
     * position that is already there is the same segment.
     *
     * @throws IllegalArgumentException if the segment holds no records
     */
    @Override
    public CompletableFuture<Void> append(Segment segment) {
        return put(segment).thenAccept(stored -> {});
    }

    @Override
    public CompletableFuture<SegmentRef> put(Segment segment) {
        String key = key(segment);
        byte[] body = SegmentWriter.write(segment);
        SegmentRef ref = SegmentKey.parse(key, body.length)
                .orElseThrow(() -> new IllegalArgumentException("no key of a segment: " + key));
        return objects.putOnce(key, CONTENT_TYPE, body).thenApply(stored -> ref);
    }

    @Override
    public CompletableFuture<Void> delete(List<SegmentRef> refs) {
        return objects.deleteAll(refs.stream().map(SegmentRef::key).toList());
    }

    /** Skips empty objects whose key ends in a slash, which consoles create for folders. */
    @Override
    public CompletableFuture<Listing> list(String streamName, long fromMillis, long toMillis) {
        String stream = "archive/" + streamName + "/";
        String after = fromMillis <= 0 ? null : stream + hour(fromMillis);
        String end = toMillis >= LAST_MILLIS ? null : stream + hour(Math.max(0, toMillis)) + "/~";
        CompletableFuture<List<S3Objects.Found>> found = objects.listAll(stream, after, end);
        // Their keys are after those of all hours.
        CompletableFuture<List<S3Objects.Found>> imported = end == null
                ? CompletableFuture.completedFuture(List.of())
                : objects.listAll(stream + IMPORTS, null, null);
        return found.thenCombine(
                imported,
                (some, more) ->
                        listing(Stream.concat(some.stream(), more.stream()).toList()));
    }

    private static Listing listing(List<S3Objects.Found> objects) {
        List<SegmentRef> segments = new ArrayList<>();
        List<String> foreign = new ArrayList<>();
        for (S3Objects.Found object : objects) {
            if (object.bytes() > 0 || !object.key().endsWith("/")) {
                SegmentKey.parse(object.key(), object.bytes())
                        .ifPresentOrElse(segments::add, () -> foreign.add(object.key()));
            }
        }
        return new Listing(segments, foreign);
    }

    @Override
    public CompletableFuture<Segment> read(SegmentRef ref) {
        return objects.get(ref.key())
                .thenApplyAsync(bytes -> decode(ref, bytes), decoder)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(damage(ref, failure)));
    }

    private static Segment decode(SegmentRef ref, byte[] bytes) {
        Segment segment = SegmentReader.read(bytes);
        if (segment.records().isEmpty() || !key(segment).equals(ref.key())) {
            throw DamagedArchive.misplaced(
                    ref.key(), segment.records().isEmpty() ? "no records" : "the segment " + key(segment));
        }
        return segment;
    }

    private static Throwable damage(SegmentRef ref, Throwable failure) {
        Throwable cause = Failures.cause(failure);
        if (cause instanceof NoSuchKeyException) {
            return DamagedArchive.missing(ref.key(), cause);
        }
        return cause instanceof InvalidObjectException
                ? DamagedArchive.unreadable(ref.key(), String.valueOf(cause.getMessage()), cause)
                : cause;
    }

    /** Reads a segment; see {@link SegmentReader#read} for the exceptions it completes with. */
    public CompletableFuture<Segment> read(String key) {
        return objects.get(key).thenApply(SegmentReader::read);
    }

    /**
     * Lists the segments of a stream whose first record arrived between two moments, to the hour. Sorted by hour, then by
     * lane and position.
     *
     * @param fromMillis milliseconds since the epoch; segments of the same hour are listed
     * @param toMillis likewise
     * @param after the {@link KeyPage#next()} of the page before; null for the first page
     * @param limit how many keys at most, from 1 to 1,000
     */
    public CompletableFuture<KeyPage> list(
            String streamName, long fromMillis, long toMillis, @Nullable String after, int limit) {
        String stream = "archive/" + streamName + "/";
        String first = stream + hour(fromMillis);
        String end = stream + hour(toMillis) + "/~";
        return objects.list(stream, after == null ? first : after, limit).thenApply(page -> {
            List<String> keys =
                    page.keys().stream().filter(key -> key.compareTo(end) < 0).toList();
            return new KeyPage(keys, keys.size() < page.keys().size() ? null : page.next());
        });
    }

    /**
     * Where a segment is stored: {@code archive/<stream name>/<yyyy>/<MM>/<dd>/<HH>/<lane id>/<first>_<last>.jsonl.gz},
     * under the hour (UTC) in which its first record arrived. Within one hour and lane, keys sort as positions do. Segments of
     * imports are under {@code archive/<stream name>/import/}, in the hour of the import.
     *
     * @throws IllegalArgumentException if the segment holds no records
     */
    public static String key(Segment segment) {
        List<RawRecord> records = segment.records();
        if (records.isEmpty()) {
            throw new IllegalArgumentException(
                    "an archive segment of no records in lane " + segment.lane().id());
        }
        RawRecord first = records.get(0);
        RawRecord last = records.get(records.size() - 1);
        return "archive/" + segment.lane().streamName()
                + "/" + hour(segment.lane(), first)
                + "/" + segment.lane().id()
                + "/" + PositionText.of(first.position())
                + "_" + PositionText.of(last.position()) + ".jsonl.gz";
    }

    private static String hour(Lane lane, RawRecord first) {
        return lane.isImport() ? IMPORTS + hour(lane.streamCreatedMillis()) : hour(first.arrivalMillis());
    }

    private static String hour(long millis) {
        return HOUR.format(Instant.ofEpochMilli(millis));
    }
}
