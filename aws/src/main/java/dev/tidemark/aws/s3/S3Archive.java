package dev.tidemark.aws.s3;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.port.Archive;
import dev.tidemark.core.stream.RawRecord;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The archive on S3 (rule F7): one object per batch, never changed. Thread-safe. */
public final class S3Archive implements Archive {

    private static final String CONTENT_TYPE = "application/gzip";

    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("uuuu/MM/dd/HH").withZone(ZoneOffset.UTC);

    private final S3Objects objects;

    public S3Archive(S3AsyncClient s3, String bucket, Backoff backoff) {
        this.objects = new S3Objects(s3, bucket, backoff);
    }

    /**
     * Encodes the segment before it returns, then uploads. A segment with the same lane and the same first and last
     * position that is already there is the same segment.
     *
     * @throws IllegalArgumentException if the segment holds no records
     */
    @Override
    public CompletableFuture<Void> append(Segment segment) {
        return objects.putOnce(key(segment), CONTENT_TYPE, SegmentWriter.write(segment))
                .thenAccept(stored -> {});
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
        String first = stream + HOUR.format(Instant.ofEpochMilli(fromMillis));
        String end = stream + HOUR.format(Instant.ofEpochMilli(toMillis)) + "/~";
        return objects.list(stream, after == null ? first : after, limit).thenApply(page -> {
            List<String> keys =
                    page.keys().stream().filter(key -> key.compareTo(end) < 0).toList();
            return new KeyPage(keys, keys.size() < page.keys().size() ? null : page.next());
        });
    }

    /**
     * Where a segment is stored: {@code archive/<stream name>/<yyyy>/<MM>/<dd>/<HH>/<lane id>/<first>_<last>.jsonl.gz},
     * under the hour (UTC) in which its first record arrived. Within one hour and lane, keys sort as positions do.
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
                + "/" + HOUR.format(Instant.ofEpochMilli(first.arrivalMillis()))
                + "/" + segment.lane().id()
                + "/" + PositionText.of(first.position())
                + "_" + PositionText.of(last.position()) + ".jsonl.gz";
    }
}
