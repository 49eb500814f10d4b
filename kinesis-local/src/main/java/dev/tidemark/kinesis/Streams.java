package dev.tidemark.kinesis;

import dev.tidemark.kinesis.file.DamagedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one account: the service without its protocol. Thread-safe. Operations take effect at once, so a
 * stream is always ACTIVE. Errors are {@link KinesisException}s with the service's types and messages.
 *
 * <p>Records are in files, one per shard; memory grows with them by at most a thousandth.
 */
public final class Streams implements AutoCloseable {

    /** The account of every local resource. */
    public static final String ACCOUNT = "000000000000";

    /** The region of every local resource. */
    public static final String REGION = "us-east-1";

    private static final int DEFAULT_RETENTION_HOURS = 24;

    private final InstantSource clock;
    private final StreamFiles files;
    private final boolean limited;
    private final Map<String, KinesisStream> streams = new TreeMap<>();

    /** The same without limits on writing. */
    public Streams(InstantSource clock, @Nullable Path directory) throws IOException {
        this(clock, directory, false);
    }

    /**
     * Opens the streams of a directory.
     *
     * @param clock gives arrival times
     * @param directory where streams are kept; null: in temporary files, which end with the process
     * @param limited whether a shard takes no more than Kinesis's 1,000 records and 1 MiB a second
     * @throws DamagedFile if a file of the directory does not hold what was written to it
     * @throws IOException if stored streams cannot be read
     */
    public Streams(InstantSource clock, @Nullable Path directory, boolean limited) throws IOException {
        this.clock = clock;
        this.files = new StreamFiles(directory);
        this.limited = limited;
        for (StreamMeta meta : files.stored()) {
            streams.put(meta.name(), KinesisStream.open(files, meta, limited, clock.millis()));
        }
    }

    static String arn(String name) {
        return "arn:aws:kinesis:" + REGION + ":" + ACCOUNT + ":stream/" + name;
    }

    static KinesisException noStream(String name) {
        return new KinesisException(
                KinesisError.RESOURCE_NOT_FOUND, "Stream " + name + " under account " + ACCOUNT + " not found.");
    }

    /** Creates a stream whose shards share the hash keys evenly. */
    public StreamInfo create(String name, int shardCount) {
        return create(name, shardCount, false, Map.of());
    }

    synchronized StreamInfo create(String name, int shardCount, boolean onDemand, Map<String, String> tags) {
        Checks.name("streamName", name);
        Checks.range("shardCount", shardCount, 1, Checks.MAX_SHARDS);
        if (streams.containsKey(name)) {
            throw new KinesisException(
                    KinesisError.RESOURCE_IN_USE, "Stream " + name + " under account " + ACCOUNT + " already exists.");
        }
        long now = clock.millis();
        List<ShardMeta> shards = new ArrayList<>(shardCount);
        for (HashRange range : HashRange.even(shardCount)) {
            shards.add(new ShardMeta(shards.size(), null, null, range, now / 1000, null));
        }
        try {
            StreamMeta meta = new StreamMeta(name, now, DEFAULT_RETENTION_HOURS, onDemand, tags, shards);
            KinesisStream stream = KinesisStream.create(files, meta, limited);
            streams.put(name, stream);
            return stream.info();
        } catch (IOException e) {
            throw new KinesisException(
                    KinesisError.INTERNAL_FAILURE, "The stream could not be stored: " + e.getMessage());
        }
    }

    public synchronized void delete(String name) {
        KinesisStream stream = stream(name);
        streams.remove(name);
        try {
            stream.delete();
        } catch (IOException e) {
            throw new KinesisException(
                    KinesisError.INTERNAL_FAILURE, "The stream could not be deleted: " + e.getMessage());
        }
    }

    /** All names, sorted. */
    public synchronized List<String> names() {
        return List.copyOf(streams.keySet());
    }

    public boolean exists(String name) {
        return names().contains(name);
    }

    public StreamInfo describe(String name) {
        return stream(name).info();
    }

    /**
     * Appends one record.
     *
     * @throws KinesisException {@link KinesisError#THROUGHPUT_EXCEEDED} if its shard takes no more for now
     */
    public PutResult put(String name, NewRecord record) {
        PutOutcome outcome = put(name, List.of(record)).get(0);
        if (outcome instanceof PutOutcome.Refused refused) {
            throw new KinesisException(refused.type(), refused.message());
        }
        return (PutResult) outcome;
    }

    /**
     * Appends 1 to 500 records; those of one shard in the order given. Each has an outcome of its own, in the records'
     * order.
     */
    public List<PutOutcome> put(String name, List<NewRecord> records) {
        if (records.isEmpty() || records.size() > Checks.MAX_PUT_RECORDS) {
            throw Checks.validation("records", "Member must have length between 1 and " + Checks.MAX_PUT_RECORDS);
        }
        long bytes = 0;
        for (NewRecord record : records) {
            Checks.record(record);
            bytes += record.sizeBytes();
        }
        if (bytes > Checks.MAX_PUT_BYTES) {
            throw Checks.invalid("Records size exceeds " + Checks.MAX_PUT_BYTES / 1024 / 1024 + " MB limit");
        }
        return stream(name).put(records, clock.millis());
    }

    /** Splits a shard; the second child has the keys from {@code newStartingHashKey} (decimal) on. */
    public void split(String name, String shardId, String newStartingHashKey) {
        stream(name).split(shardId, newStartingHashKey, clock.millis());
    }

    /** Merges two shards with adjacent hash keys. */
    public void merge(String name, String shardId, String adjacentShardId) {
        stream(name).merge(shardId, adjacentShardId, clock.millis());
    }

    /** Splits and merges until that many shards are open: at least half and at most double of today's. */
    public void resize(String name, int shardCount) {
        stream(name).resize(shardCount, clock.millis());
    }

    void retain(String name, int hours, boolean increase) {
        stream(name).retain(hours, increase);
    }

    void tag(String name, Map<String, String> added, List<String> removed) {
        stream(name).tag(added, removed);
    }

    Map<String, String> tags(String name) {
        return stream(name).tags();
    }

    /** A text to pass to {@link #read}, valid for five minutes. */
    public String iterator(String name, String shardId, IteratorStart start) {
        return stream(name).iterator(shardId, start, clock.millis()).text();
    }

    /** Reads on, at most {@code limit} (1 to 10,000) records and 10 MiB. */
    public ReadResult read(String iterator, int limit) {
        Checks.range("limit", limit, 1, Checks.MAX_READ_RECORDS);
        long now = clock.millis();
        ShardIterator position = ShardIterator.parse(iterator, now);
        return stream(position.stream()).read(position, limit, now);
    }

    /**
     * For readers in this process: the records after a sequence number, oldest first.
     *
     * @param sequenceNumber null: from the oldest on
     * @param maxBytes of data; one record is given whatever its size
     */
    public List<StreamRecord> after(
            String name, String shardId, @Nullable String sequenceNumber, int max, long maxBytes) {
        return stream(name).after(shardId, sequenceNumber, max, maxBytes);
    }

    /** Whether a shard still takes records. */
    public boolean isOpen(String name, String shardId) {
        return stream(name).isOpen(shardId);
    }

    /** A sequence number after which a reader of this process begins; it need not be a record's. */
    public String before(String name, String shardId, IteratorStart start) {
        return stream(name).before(shardId, start, clock.millis());
    }

    /** How many records are after a sequence number; null: all that are kept. */
    public long countAfter(String name, String shardId, @Nullable String sequenceNumber) {
        return stream(name).countAfter(shardId, sequenceNumber);
    }

    /** How long ago the record after a sequence number arrived, 0 if there is none; null: the oldest that is kept. */
    public long millisBehind(String name, String shardId, @Nullable String sequenceNumber) {
        return stream(name).millisBehind(shardId, sequenceNumber, clock.millis());
    }

    /** Whether a shard's newest record is the one of a sequence number, which the shard gave out, or a later one. */
    public boolean reached(String name, String shardId, String sequenceNumber) {
        return stream(name).reached(shardId, sequenceNumber);
    }

    /** A number that grows with every put and reshard of a stream. */
    public long version(String name) {
        return stream(name).version();
    }

    /**
     * Waits until a stream's version is not the given one any more, or the time is over; returns the version.
     *
     * @param timeoutMillis more than 0
     */
    public long awaitChange(String name, long seenVersion, long timeoutMillis) throws InterruptedException {
        return stream(name).awaitChange(seenVersion, timeoutMillis);
    }

    /** Makes every {@link #awaitChange} of a stream return. */
    public void wake(String name) {
        stream(name).changed();
    }

    /** Closes the files; the streams must not be used afterwards. */
    @Override
    public synchronized void close() throws IOException {
        for (KinesisStream stream : streams.values()) {
            stream.close();
        }
    }

    private synchronized KinesisStream stream(String name) {
        KinesisStream stream = streams.get(name);
        if (stream == null) {
            throw noStream(name);
        }
        return stream;
    }
}
