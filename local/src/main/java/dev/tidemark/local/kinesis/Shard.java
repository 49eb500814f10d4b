package dev.tidemark.local.kinesis;

import dev.tidemark.core.stream.HashRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One shard and its records. Ordinals count the records of a shard from 1 without gaps; what retention has trimmed
 * are the lowest of them. Not thread-safe; the stream's lock guards it.
 */
final class Shard implements AutoCloseable {

    /** Records are trimmed in strokes, so that the list's head is not moved for each. */
    private static final int TRIM_STROKE = 256;

    private final ShardMeta meta;
    private final @Nullable ShardFile file;
    private final List<StreamRecord> records;
    private long firstOrdinal;
    private @Nullable String endSequence;

    private Shard(ShardMeta meta, @Nullable ShardFile file, List<StreamRecord> records, long firstOrdinal) {
        this.meta = meta;
        this.file = file;
        this.records = records;
        this.firstOrdinal = firstOrdinal;
        this.endSequence = meta.endSequence();
    }

    /** A shard without files. */
    static Shard inMemory(ShardMeta meta) {
        return new Shard(meta, null, new ArrayList<>(), 1);
    }

    /** A shard with the records of its file, less those that arrived before {@code oldestMillis}. */
    static Shard open(ShardMeta meta, java.nio.file.Path path, long oldestMillis) throws IOException {
        List<ShardFile.Entry> entries = new ArrayList<>();
        ShardFile file = ShardFile.open(path, entries);
        int expired = 0;
        // The newest stays in the file whatever its age: it tells which ordinal comes next.
        while (expired < entries.size() - 1 && entries.get(expired).arrivalMillis() < oldestMillis) {
            expired++;
        }
        if (expired > 0) {
            entries.subList(0, expired).clear();
            file.rewrite(entries);
        }
        List<StreamRecord> records = new ArrayList<>(entries.size());
        for (ShardFile.Entry entry : entries) {
            records.add(record(meta, entry));
        }
        return new Shard(
                meta, file, records, entries.isEmpty() ? 1 : entries.get(0).ordinal());
    }

    private static StreamRecord record(ShardMeta meta, ShardFile.Entry entry) {
        String sequence = meta.sequence(entry.ordinal(), entry.arrivalMillis() / 1000);
        return new StreamRecord(sequence, entry.arrivalMillis(), entry.partitionKey(), entry.data());
    }

    /** Appends in order; returns the sequence numbers. Nothing is appended if this throws. */
    List<String> append(List<NewRecord> added, long nowMillis) throws IOException {
        long arrivalMillis = records.isEmpty()
                ? nowMillis
                : Math.max(nowMillis, records.get(records.size() - 1).arrivalMillis());
        long next = nextOrdinal();
        List<ShardFile.Entry> entries = new ArrayList<>(added.size());
        for (NewRecord record : added) {
            entries.add(new ShardFile.Entry(next++, arrivalMillis, record.partitionKey(), record.data()));
        }
        if (file != null) {
            file.append(entries);
        }
        List<String> sequences = new ArrayList<>(entries.size());
        for (ShardFile.Entry entry : entries) {
            StreamRecord record = record(meta, entry);
            records.add(record);
            sequences.add(record.sequenceNumber());
        }
        return sequences;
    }

    /** Forgets records that arrived before {@code oldestMillis}; now and then, not at each call. */
    void trim(long oldestMillis) {
        int expired = 0;
        while (expired < records.size() && records.get(expired).arrivalMillis() < oldestMillis) {
            expired++;
        }
        if (expired >= TRIM_STROKE || expired == records.size()) {
            records.subList(0, expired).clear();
            firstOrdinal += expired;
        }
    }

    /** Records from an ordinal on, at least one if there is any, at most {@code max} and about {@code maxBytes}. */
    List<StreamRecord> read(long ordinal, int max, long maxBytes) {
        int from = indexOf(ordinal);
        int to = from;
        long bytes = 0;
        while (to < records.size() && to - from < max) {
            bytes += records.get(to).data().length;
            if (bytes > maxBytes && to > from) {
                break;
            }
            to++;
        }
        return List.copyOf(records.subList(from, to));
    }

    private int indexOf(long ordinal) {
        return (int) Math.min(Math.max(0, ordinal - firstOrdinal), records.size());
    }

    /** How many records stand at or after an ordinal. */
    long countFrom(long ordinal) {
        return (long) records.size() - indexOf(ordinal);
    }

    /** The ordinal of the first record that arrived at or after a moment; the next one's if none has. */
    long ordinalAt(long millis) {
        int low = 0;
        int high = records.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (records.get(middle).arrivalMillis() < millis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return firstOrdinal + low;
    }

    long nextOrdinal() {
        return firstOrdinal + records.size();
    }

    /** How long ago the record at an ordinal arrived; 0 if there is none. */
    long millisBehind(long ordinal, long nowMillis) {
        int index = indexOf(ordinal);
        return index == records.size()
                ? 0
                : Math.max(0, nowMillis - records.get(index).arrivalMillis());
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
        if (file != null) {
            file.close();
        }
    }
}
