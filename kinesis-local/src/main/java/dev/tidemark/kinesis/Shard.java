package dev.tidemark.kinesis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One shard and its records, which are in its file only. Ordinals count the records of a shard from 1 without gaps;
 * retention trims the lowest ones. Not thread-safe; the stream's lock guards it.
 */
final class Shard implements AutoCloseable {

    /** Records are trimmed in batches, so that not every record's time is read. */
    private static final long TRIM_STROKE_MILLIS = 1000;

    /**
     * A file in use is rewritten without its trimmed bytes when these are more than this and more than the kept ones.
     */
    private static final long DROP_BYTES = 64L << 20;

    private final ShardMeta meta;
    private final ShardFile file;
    private long firstOrdinal;
    private long trimmedMillis;
    private @Nullable String endSequence;

    private Shard(ShardMeta meta, ShardFile file) {
        this.meta = meta;
        this.file = file;
        this.firstOrdinal = file.firstOrdinal();
        this.endSequence = meta.endSequence();
    }

    /** A new shard. */
    static Shard create(ShardMeta meta, @Nullable Path path) throws IOException {
        return new Shard(meta, ShardFile.create(path));
    }

    /** A shard with the records of its file, less those that arrived before {@code oldestMillis}. */
    static Shard open(ShardMeta meta, Path path, long oldestMillis) throws IOException {
        ShardFile file = ShardFile.open(path);
        ShardFile.deleteLeftOver(path);
        // The newest stays in the file whatever its age: it tells which ordinal comes next.
        long kept = Math.min(file.ordinalAt(oldestMillis), file.nextOrdinal() - 1);
        if (kept > file.firstOrdinal()) {
            file.dropBefore(kept);
        }
        return new Shard(meta, file);
    }

    private StreamRecord record(ShardFile.Entry entry) {
        String sequence = meta.sequence(entry.ordinal(), entry.arrivalMillis() / 1000);
        return new StreamRecord(sequence, entry.arrivalMillis(), entry.partitionKey(), entry.data());
    }

    /** Appends in order; returns the sequence numbers. Nothing is appended if this throws. */
    List<String> append(List<NewRecord> added, long nowMillis) throws IOException {
        long arrivalMillis = Math.max(nowMillis, file.lastArrivalMillis());
        long next = file.nextOrdinal();
        List<ShardFile.Entry> entries = new ArrayList<>(added.size());
        List<String> sequences = new ArrayList<>(added.size());
        for (NewRecord record : added) {
            sequences.add(meta.sequence(next, arrivalMillis / 1000));
            entries.add(new ShardFile.Entry(next++, arrivalMillis, record.partitionKey(), record.data()));
        }
        file.append(entries);
        return sequences;
    }

    /** Forgets records that arrived before {@code oldestMillis}; not at each call. */
    void trim(long oldestMillis) throws IOException {
        boolean soon = oldestMillis < trimmedMillis + TRIM_STROKE_MILLIS;
        if (soon || countFrom(0) == 0 || file.firstArrivalMillis() >= oldestMillis) {
            return;
        }
        trimmedMillis = oldestMillis;
        firstOrdinal = Math.max(firstOrdinal, file.ordinalAt(oldestMillis));
        long kept = Math.min(firstOrdinal, nextOrdinal() - 1);
        if (file.bytesBefore(kept) > Math.max(DROP_BYTES, file.sizeBytes() / 2)) {
            file.dropBefore(kept);
        }
    }

    /** Records from an ordinal on, at least one if there is any, at most {@code max} and about {@code maxBytes}. */
    List<StreamRecord> read(long ordinal, int max, long maxBytes) throws IOException {
        return file.read(Math.max(ordinal, firstOrdinal), max, maxBytes).stream()
                .map(this::record)
                .toList();
    }

    /** How many records are at or after an ordinal. */
    long countFrom(long ordinal) {
        return Math.max(0, nextOrdinal() - Math.max(ordinal, firstOrdinal));
    }

    /** The ordinal of the first record that arrived at or after a moment; the next one's if none has. */
    long ordinalAt(long millis) throws IOException {
        return Math.max(firstOrdinal, file.ordinalAt(millis));
    }

    long nextOrdinal() {
        return file.nextOrdinal();
    }

    /** How long ago the record at an ordinal arrived; 0 if there is none. */
    long millisBehind(long ordinal, long nowMillis) throws IOException {
        List<StreamRecord> next = read(ordinal, 1, 1);
        return next.isEmpty() ? 0 : Math.max(0, nowMillis - next.get(0).arrivalMillis());
    }

    void end(long nowMillis) {
        long second = Math.max(nowMillis / 1000, meta.shardSecond());
        endSequence = meta.sequence(SequenceNumber.LAST_ORDINAL, second);
    }

    void reopen() {
        endSequence = null;
    }

    boolean isOpen() {
        return endSequence == null;
    }

    ShardMeta meta() {
        return new ShardMeta(
                meta.index(), meta.parent(), meta.adjacentParent(), meta.range(), meta.shardSecond(), endSequence);
    }

    ShardInfo info() {
        return new ShardInfo(
                meta.id(),
                meta.parent(),
                meta.adjacentParent(),
                meta.range(),
                meta.sequence(0, meta.shardSecond()),
                endSequence);
    }

    HashRange range() {
        return meta.range();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
