package dev.tidemark.training;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.DamagedCheckpoint;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.ShardDescent;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The sample shop's events, archived: several lanes, one of them split halfway; arrivals that go back a little; segments
 * of all sizes, some of them twice.
 */
final class ShopHistory {

    private static final String STREAM = Sample.SHOP.stream();
    private static final int SHARDS = 3;

    final InMemoryArchive archive = new InMemoryArchive();
    final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    final InMemoryControlStore control = new InMemoryControlStore();
    final KnownPositions checkpoints = new KnownPositions();
    private final Map<String, List<RawRecord>> byShard = new TreeMap<>();

    ShopHistory(Random random) {
        List<SampleEvent> events = Sample.SHOP.events();
        for (int i = 0; i < events.size(); i++) {
            int shard = Math.floorMod(events.get(i).partitionKey().hashCode(), SHARDS);
            boolean split = shard == 0 && i > events.size() / 2;
            String shardId = shardId(
                    split ? SHARDS + Math.floorMod(events.get(i).partitionKey().hashCode(), 2) : shard);
            List<RawRecord> records = byShard.computeIfAbsent(shardId, id -> new ArrayList<>());
            long arrival = events.get(i).arrivalMillis() - (random.nextInt(5) == 0 ? random.nextInt(900) : 0);
            records.add(new RawRecord(
                    position(shardId, records.size()),
                    arrival,
                    events.get(i).partitionKey(),
                    events.get(i).bytes()));
        }
        byShard.forEach((shardId, records) -> archive(shardId, records, random));
    }

    HistoryPorts sources() {
        return new HistoryPorts(archive, redrives, checkpoints, control);
    }

    /** Knows everything. */
    Oracle oracle(String catalog) {
        return new Oracle(catalog, records(Long.MAX_VALUE), descents());
    }

    /** Every record whose lane's running maximum of arrivals is not after the moment. */
    List<StreamRecord> records(long knownMillis) {
        List<StreamRecord> known = new ArrayList<>();
        byShard.forEach((shardId, records) -> {
            long max = Long.MIN_VALUE;
            for (RawRecord record : records) {
                max = Math.max(max, record.arrivalMillis());
                if (max <= knownMillis) {
                    known.add(new StreamRecord(
                            STREAM,
                            shardId,
                            record.position().sequenceNumber(),
                            0,
                            record.arrivalMillis(),
                            record.data()));
                }
            }
        });
        return known;
    }

    List<ShardDescent> descents() {
        return List.of(
                new ShardDescent(STREAM, shardId(SHARDS), shardId(0)),
                new ShardDescent(STREAM, shardId(SHARDS + 1), shardId(0)));
    }

    private void archive(String shardId, List<RawRecord> records, Random random) {
        Lane lane = lane(shardId);
        int from = 0;
        while (from < records.size()) {
            int to = Math.min(records.size(), from + 1 + random.nextInt(200));
            append(lane, records, from, to);
            if (random.nextInt(4) == 0) {
                append(lane, records, from, from + (to - from + 1) / 2);
            }
            from = to;
        }
        long newest = records.stream().mapToLong(RawRecord::arrivalMillis).max().orElseThrow();
        Map<String, Long> ancestors = new HashMap<>();
        if (Integer.parseInt(shardId.substring(8)) >= SHARDS) {
            ancestors.put(lane(shardId(0)).id(), newest);
        }
        Position last = records.get(records.size() - 1).position();
        control.lanes.put(
                lane.id(), new LaneRow(lane, 1, last, records.size(), newest, "g1", Map.of(), Map.of(), ancestors));
    }

    private void append(Lane lane, List<RawRecord> records, int from, int to) {
        Position last = from == 0 ? Position.ORIGIN : records.get(from - 1).position();
        archive.append(new Archive.Segment(lane, last, from, records.subList(from, to)))
                .join();
    }

    static Lane lane(String shardId) {
        return new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/" + STREAM, 1_700_000_000_000L, shardId);
    }

    /** A checkpoint of the lane rows as they were at a moment, for lanes that had records then. */
    void checkpoint(long atMillis) {
        List<LaneRow> rows = new ArrayList<>();
        byShard.forEach((shardId, records) -> {
            int count = 0;
            long max = Long.MIN_VALUE;
            while (count < records.size() && records.get(count).arrivalMillis() <= atMillis) {
                max = Math.max(max, records.get(count++).arrivalMillis());
            }
            if (count > 0) {
                Position last = records.get(count - 1).position();
                rows.add(new LaneRow(lane(shardId), 1, last, count, max, "g1", Map.of(), Map.of(), Map.of()));
            }
        });
        checkpoints.add(rows, atMillis);
    }

    /** Checkpoints of which only the positions can be read. */
    static final class KnownPositions implements CheckpointStore {

        private final TreeMap<String, Manifest> manifests = new TreeMap<>();

        void add(List<LaneRow> rows, long atMillis) {
            String id = Long.toString(atMillis);
            ControlRow control = new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of());
            manifests.put(
                    id,
                    new Manifest(
                            new Positions(id, atMillis, control, rows, "hash", Map.of(), 1, 1),
                            Map.of(),
                            rows,
                            List.of()));
        }

        @Override
        public CompletableFuture<List<String>> list() {
            return CompletableFuture.completedFuture(List.copyOf(manifests.keySet()));
        }

        @Override
        public CompletableFuture<Manifest> manifest(String id) {
            Manifest manifest = manifests.get(id);
            return manifest == null
                    ? CompletableFuture.failedFuture(new DamagedCheckpoint(id, "it is not there"))
                    : CompletableFuture.completedFuture(manifest);
        }

        @Override
        public CompletableFuture<List<ItemStore.Found>> read(Manifest manifest, int bucket) {
            throw new UnsupportedOperationException("a training set needs no state");
        }
    }

    private static String shardId(int number) {
        return String.format("shardId-%012d", number);
    }

    /** Ascending in a shard, as Kinesis's are; no two shards have the same. */
    private static Position position(String shardId, int number) {
        int shard = Integer.parseInt(shardId.substring(8));
        return new Position("4959033827149025660855969253836157109592157598913" + (1_000_000 + number) + shard, 0);
    }
}
