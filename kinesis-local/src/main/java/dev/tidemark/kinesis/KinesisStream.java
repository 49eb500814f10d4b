package dev.tidemark.kinesis;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One stream: its shards and the rules for resharding. All methods hold the stream's lock. */
final class KinesisStream {

    private static final BigInteger TWO = BigInteger.TWO;

    private final StreamFiles files;
    private final String name;
    private final long createdMillis;
    private final boolean onDemand;
    private final Map<String, String> tags;
    private final List<Shard> shards = new ArrayList<>();
    private final List<ShardLimits> limits = new ArrayList<>();
    private final boolean limited;
    private int retentionHours;
    private long version;
    private boolean deleted;

    private KinesisStream(StreamFiles files, StreamMeta meta, boolean limited) {
        this.limited = limited;
        this.files = files;
        this.name = meta.name();
        this.createdMillis = meta.createdMillis();
        this.onDemand = meta.onDemand();
        this.tags = new TreeMap<>(meta.tags());
        this.retentionHours = meta.retentionHours();
    }

    /** A stream that did not exist before. */
    static KinesisStream create(StreamFiles files, StreamMeta meta, boolean limited) throws IOException {
        KinesisStream stream = new KinesisStream(files, meta, limited);
        for (ShardMeta shard : meta.shards()) {
            stream.add(files.createShard(meta, shard));
        }
        files.save(meta);
        return stream;
    }

    /** A stream as it was stored. */
    static KinesisStream open(StreamFiles files, StreamMeta meta, boolean limited, long nowMillis) throws IOException {
        KinesisStream stream = new KinesisStream(files, meta, limited);
        for (ShardMeta shard : meta.shards()) {
            stream.add(files.openShard(meta, shard, stream.oldestMillis(nowMillis)));
        }
        return stream;
    }

    private void add(Shard shard) {
        shards.add(shard);
        limits.add(new ShardLimits());
    }

    synchronized StreamInfo info() {
        List<ShardInfo> infos = new ArrayList<>(shards.size());
        for (Shard shard : shards) {
            infos.add(shard.info());
        }
        return new StreamInfo(name, Streams.arn(name), createdMillis, retentionHours, onDemand, infos);
    }

    /** Appends records, each to its shard; those of one shard in the order given. */
    synchronized List<PutOutcome> put(List<NewRecord> records, long nowMillis) {
        checkExists();
        int[] shardOf = records.stream().mapToInt(this::shardFor).toArray();
        Map<Integer, List<Integer>> byShard = new TreeMap<>();
        PutOutcome[] outcomes = new PutOutcome[records.size()];
        for (int i = 0; i < shardOf.length; i++) {
            if (limited && !limits.get(shardOf[i]).take(records.get(i).sizeBytes(), nowMillis)) {
                outcomes[i] = new PutOutcome.Refused(
                        KinesisError.THROUGHPUT_EXCEEDED,
                        "Rate exceeded for shard " + ShardMeta.id(shardOf[i]) + " in stream " + name + " under account "
                                + Streams.ACCOUNT + ".");
            } else {
                byShard.computeIfAbsent(shardOf[i], shard -> new ArrayList<>()).add(i);
            }
        }
        byShard.forEach((shard, indices) -> append(shard, records, indices, nowMillis, outcomes));
        changed();
        return List.of(outcomes);
    }

    private void append(
            int shardIndex, List<NewRecord> records, List<Integer> indices, long nowMillis, PutOutcome[] outcomes) {
        Shard shard = shards.get(shardIndex);
        try {
            List<String> sequences =
                    shard.append(indices.stream().map(records::get).toList(), nowMillis);
            for (int i = 0; i < sequences.size(); i++) {
                outcomes[indices.get(i)] = new PutResult(ShardMeta.id(shardIndex), sequences.get(i));
            }
        } catch (IOException e) {
            PutOutcome refused = new PutOutcome.Refused(
                    KinesisError.INTERNAL_FAILURE, "The record could not be stored: " + e.getMessage());
            indices.forEach(index -> outcomes[index] = refused);
        }
    }

    private int shardFor(NewRecord record) {
        String explicit = record.explicitHashKey();
        BigInteger hash = explicit == null
                ? HashRange.hashKey(record.partitionKey())
                : Checks.hashKey("ExplicitHashKey", explicit);
        for (int i = 0; i < shards.size(); i++) {
            Shard shard = shards.get(i);
            if (shard.isOpen() && shard.range().contains(hash)) {
                return i;
            }
        }
        throw new IllegalStateException("the open shards of " + name + " leave out hash key " + hash);
    }

    /** Closes a shard and opens two that share its hash keys, the second from the given key on. */
    synchronized void split(String shardId, String startingHashKey, long nowMillis) {
        checkExists();
        Shard parent = openShard(shardId);
        HashRange range = parent.range();
        BigInteger middle = Checks.hashKey("NewStartingHashKey", startingHashKey);
        BigInteger last = range.end().subtract(BigInteger.ONE);
        if (middle.compareTo(range.start().add(BigInteger.ONE)) <= 0 || middle.compareTo(range.end()) >= 0) {
            throw Checks.invalid("NewStartingHashKey " + startingHashKey + " used in SplitShard() on shard " + shardId
                    + " in stream " + name + " under account " + Streams.ACCOUNT
                    + " is not both greater than one plus the shard's StartingHashKey " + range.start()
                    + " and less than the shard's EndingHashKey " + last + ".");
        }
        long second = childSecond(List.of(parent), nowMillis);
        HashRange lower = new HashRange(range.start(), middle.subtract(BigInteger.ONE));
        HashRange upper = new HashRange(middle, range.end());
        int next = shards.size();
        reshard(
                List.of(parent),
                List.of(
                        new ShardMeta(next, shardId, null, lower, second, null),
                        new ShardMeta(next + 1, shardId, null, upper, second, null)),
                nowMillis);
    }

    /** Closes two shards with adjacent hash keys and opens one that has both. */
    synchronized void merge(String shardId, String adjacentId, long nowMillis) {
        checkExists();
        Shard first = shard(shardId);
        Shard second = shard(adjacentId);
        if (!first.isOpen() || !second.isOpen() || !first.range().isAdjacent(second.range())) {
            throw Checks.invalid("Shards " + shardId + " and " + adjacentId + " in stream " + name + " under account "
                    + Streams.ACCOUNT + " are not an adjacent pair of shards eligible for merging");
        }
        List<Shard> parents = List.of(first, second);
        HashRange range = first.range().join(second.range());
        ShardMeta child =
                new ShardMeta(shards.size(), shardId, adjacentId, range, childSecond(parents, nowMillis), null);
        reshard(parents, List.of(child), nowMillis);
    }

    /** Splits the widest or merges the narrowest neighbours until that many shards are open. */
    synchronized void resize(int target, long nowMillis) {
        checkExists();
        Checks.range("targetShardCount", target, 1, Checks.MAX_SHARDS);
        List<Shard> open = openShards();
        if (target > 2 * open.size() || 2 * target < open.size()) {
            throw new KinesisException(
                    KinesisError.LIMIT_EXCEEDED,
                    "UpdateShardCount cannot scale over double or below half of the current " + open.size()
                            + " open shards");
        }
        while (open.size() < target) {
            Shard widest = open.get(0);
            for (Shard shard : open) {
                widest = width(shard).compareTo(width(widest)) > 0 ? shard : widest;
            }
            BigInteger middle =
                    widest.range().start().add(width(widest).add(BigInteger.ONE).divide(TWO));
            split(widest.info().id(), middle.toString(), nowMillis);
            open = openShards();
        }
        while (open.size() > target) {
            int narrowest = 0;
            for (int i = 0; i + 1 < open.size(); i++) {
                narrowest = pairWidth(open, i).compareTo(pairWidth(open, narrowest)) < 0 ? i : narrowest;
            }
            merge(
                    open.get(narrowest).info().id(),
                    open.get(narrowest + 1).info().id(),
                    nowMillis);
            open = openShards();
        }
    }

    /** The open shards in the order of their hash keys. */
    private List<Shard> openShards() {
        return shards.stream()
                .filter(Shard::isOpen)
                .sorted((a, b) -> a.range().start().compareTo(b.range().start()))
                .toList();
    }

    private static BigInteger width(Shard shard) {
        return shard.range().end().subtract(shard.range().start());
    }

    private static BigInteger pairWidth(List<Shard> open, int index) {
        return width(open.get(index)).add(width(open.get(index + 1)));
    }

    /** Later than its parents' beginnings, so that a partition key's sequence numbers keep increasing. */
    private static long childSecond(List<Shard> parents, long nowMillis) {
        long second = nowMillis / 1000;
        for (Shard parent : parents) {
            second = Math.max(second, parent.meta().shardSecond() + 1);
        }
        return second;
    }

    private void reshard(List<Shard> parents, List<ShardMeta> children, long nowMillis) {
        if (openShards().size() - parents.size() + children.size() > Checks.MAX_SHARDS) {
            throw new KinesisException(
                    KinesisError.LIMIT_EXCEEDED,
                    "This request would exceed the limit of " + Checks.MAX_SHARDS + " open shards for the stream "
                            + name);
        }
        List<Shard> opened = new ArrayList<>();
        parents.forEach(parent -> parent.end(nowMillis));
        try {
            for (ShardMeta child : children) {
                opened.add(files.createShard(meta(), child));
            }
            opened.forEach(this::add);
            files.save(meta());
        } catch (IOException e) {
            // The last ones, if any.
            shards.removeAll(opened);
            limits.subList(shards.size(), limits.size()).clear();
            parents.forEach(Shard::reopen);
            throw new KinesisException(
                    KinesisError.INTERNAL_FAILURE, "The shards could not be stored: " + e.getMessage());
        }
        changed();
    }

    synchronized void retain(int hours, boolean increase) {
        checkExists();
        Checks.range("retentionPeriodHours", hours, Checks.MIN_RETENTION_HOURS, Checks.MAX_RETENTION_HOURS);
        if (increase && hours < retentionHours) {
            throw Checks.invalid("Requested retention period (" + hours + " hours) for stream " + name
                    + " can not be shorter than existing retention period (" + retentionHours + " hours)."
                    + " Use DecreaseRetentionPeriod API.");
        }
        if (!increase && hours > retentionHours) {
            throw Checks.invalid("Requested retention period (" + hours + " hours) for stream " + name
                    + " can not be longer than existing retention period (" + retentionHours + " hours)."
                    + " Use IncreaseRetentionPeriod API.");
        }
        retentionHours = hours;
        save();
    }

    synchronized void tag(Map<String, String> added, List<String> removed) {
        checkExists();
        tags.putAll(added);
        removed.forEach(tags::remove);
        save();
    }

    synchronized Map<String, String> tags() {
        return Map.copyOf(tags);
    }

    synchronized ShardIterator iterator(String shardId, IteratorStart start, long nowMillis) {
        Shard shard = shard(shardId);
        long ordinal = stored(() -> {
            shard.trim(oldestMillis(nowMillis));
            return ordinal(shard, shardId, start, nowMillis);
        });
        return new ShardIterator(name, createdMillis, shard.meta().index(), ordinal, nowMillis);
    }

    /** Something that reads a shard's file. */
    private interface FromFile<T> {
        T read() throws IOException;
    }

    private static <T> T stored(FromFile<T> read) {
        try {
            return read.read();
        } catch (IOException e) {
            throw new KinesisException(
                    KinesisError.INTERNAL_FAILURE, "The records could not be read: " + e.getMessage());
        }
    }

    private long ordinal(Shard shard, String shardId, IteratorStart start, long nowMillis) throws IOException {
        if (start instanceof IteratorStart.At at) {
            return sequence(shard, shardId, at.sequenceNumber()).ordinal();
        }
        if (start instanceof IteratorStart.After after) {
            SequenceNumber sequence = sequence(shard, shardId, after.sequenceNumber());
            return sequence.ordinal() == SequenceNumber.LAST_ORDINAL ? shard.nextOrdinal() : sequence.ordinal() + 1;
        }
        if (start instanceof IteratorStart.AtTimestamp timestamp) {
            if (timestamp.millis() > nowMillis) {
                throw Checks.invalid("The timestampInMillis parameter cannot be greater than the"
                        + " currentTimestampInMillis. timestampInMillis: " + timestamp.millis()
                        + ", currentTimestampInMillis: " + nowMillis);
            }
            return shard.ordinalAt(timestamp.millis());
        }
        return start instanceof IteratorStart.Latest ? shard.nextOrdinal() : 1;
    }

    private SequenceNumber sequence(Shard shard, String shardId, String text) {
        SequenceNumber sequence = SequenceNumber.parse(text);
        ShardMeta meta = shard.meta();
        if (sequence == null || sequence.shardIndex() != meta.index() || sequence.shardSecond() != meta.shardSecond()) {
            throw Checks.invalid("StartingSequenceNumber " + text + " used in GetShardIterator on shard " + shardId
                    + " in stream " + name + " under account " + Streams.ACCOUNT
                    + " is invalid because it did not come from this stream.");
        }
        return sequence;
    }

    synchronized ReadResult read(ShardIterator iterator, int limit, long nowMillis) {
        if (iterator.createdMillis() != createdMillis || iterator.shardIndex() >= shards.size()) {
            throw Streams.noStream(name);
        }
        return stored(() -> read(shards.get(iterator.shardIndex()), iterator, limit, nowMillis));
    }

    private ReadResult read(Shard shard, ShardIterator iterator, int limit, long nowMillis) throws IOException {
        shard.trim(oldestMillis(nowMillis));
        List<StreamRecord> records = shard.read(iterator.ordinal(), limit, Checks.MAX_READ_BYTES);
        long next = records.isEmpty() ? iterator.ordinal() : after(records.get(records.size() - 1));
        boolean atEnd = !shard.isOpen() && next >= shard.nextOrdinal();
        ShardIterator onward = new ShardIterator(name, createdMillis, iterator.shardIndex(), next, nowMillis);
        return new ReadResult(
                records,
                atEnd ? null : onward.text(),
                shard.millisBehind(next, nowMillis),
                atEnd ? children(shard.meta().id()) : List.of());
    }

    private static long after(StreamRecord record) {
        return ordinalOf(record.sequenceNumber()) + 1;
    }

    private static long ordinalOf(String sequenceNumber) {
        SequenceNumber sequence = SequenceNumber.parse(sequenceNumber);
        if (sequence == null) {
            throw Checks.invalid("not a sequence number of this stream: " + sequenceNumber);
        }
        return sequence.ordinal();
    }

    private List<ShardInfo> children(String parentId) {
        return shards.stream()
                .map(Shard::info)
                .filter(shard -> shard.parents().contains(parentId))
                .toList();
    }

    /** For readers in this process: the records after a sequence number (null: from the oldest on). */
    synchronized List<StreamRecord> after(String shardId, @Nullable String sequence, int max, long maxBytes) {
        checkExists();
        return stored(() -> shard(shardId).read(ordinalAfter(sequence), max, maxBytes));
    }

    synchronized boolean isOpen(String shardId) {
        checkExists();
        return shard(shardId).isOpen();
    }

    synchronized String before(String shardId, IteratorStart start, long nowMillis) {
        checkExists();
        Shard shard = shard(shardId);
        long ordinal = stored(() -> ordinal(shard, shardId, start, nowMillis));
        return shard.meta().sequence(ordinal - 1, shard.meta().shardSecond());
    }

    synchronized long countAfter(String shardId, @Nullable String sequence) {
        checkExists();
        return shard(shardId).countFrom(ordinalAfter(sequence));
    }

    synchronized long millisBehind(String shardId, @Nullable String sequence, long nowMillis) {
        checkExists();
        return stored(() -> shard(shardId).millisBehind(ordinalAfter(sequence), nowMillis));
    }

    /** Whether a shard has reached a sequence number that it assigned. */
    synchronized boolean reached(String shardId, String sequence) {
        checkExists();
        return ordinalOf(sequence) < shard(shardId).nextOrdinal();
    }

    private static long ordinalAfter(@Nullable String sequence) {
        return sequence == null ? 1 : ordinalOf(sequence) + 1;
    }

    /** Grows with every put and reshard. */
    synchronized long version() {
        return version;
    }

    /**
     * Waits until the version is not the given one any more, at most so long; returns the version.
     *
     * @param timeoutMillis more than 0
     */
    synchronized long awaitChange(long seen, long timeoutMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (version == seen && !deleted) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        return version;
    }

    /** Makes every waiter check again. */
    synchronized void changed() {
        version++;
        notifyAll();
    }

    synchronized void delete() throws IOException {
        deleted = true;
        changed();
        close();
        files.delete(meta());
    }

    synchronized void close() throws IOException {
        for (Shard shard : shards) {
            shard.close();
        }
    }

    private void save() {
        try {
            files.save(meta());
        } catch (IOException e) {
            throw new KinesisException(
                    KinesisError.INTERNAL_FAILURE, "The stream could not be stored: " + e.getMessage());
        }
    }

    private StreamMeta meta() {
        return new StreamMeta(
                name,
                createdMillis,
                retentionHours,
                onDemand,
                Map.copyOf(tags),
                shards.stream().map(Shard::meta).toList());
    }

    private void checkExists() {
        if (deleted) {
            throw Streams.noStream(name);
        }
    }

    private Shard openShard(String shardId) {
        Shard shard = shard(shardId);
        if (!shard.isOpen()) {
            throw Checks.invalid("Shard " + shardId + " in stream " + name + " under account " + Streams.ACCOUNT
                    + " is closed and cannot be split.");
        }
        return shard;
    }

    private Shard shard(String shardId) {
        for (Shard shard : shards) {
            if (shard.meta().id().equals(shardId)) {
                return shard;
            }
        }
        throw new KinesisException(
                KinesisError.RESOURCE_NOT_FOUND,
                "Could not find shard " + shardId + " in stream " + name + " under account " + Streams.ACCOUNT + ".");
    }

    private long oldestMillis(long nowMillis) {
        return nowMillis - TimeUnit.HOURS.toMillis(retentionHours);
    }
}
