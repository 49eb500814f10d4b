package dev.tidemark.simulation.learn;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.stream.Sha256;
import dev.tidemark.oracle.ShardDescent;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.oracle.TrainingRows;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Some days of predictions and outcomes: repeated, early, late, revised, missing and bad ones, of two models, in shards that are
 * split, with redrives, and with cuts at any moment, when some lanes are behind others. Drawn from a seed.
 */
final class RandomLog {

    static final String STREAM = "shop";
    static final long MINUTE_MILLIS = 60_000;
    static final long HOUR_MILLIS = 60 * MINUTE_MILLIS;
    private static final long START_MILLIS = 1_790_000_000_000L - 1_790_000_000_000L % HOUR_MILLIS;
    private static final int STEPS = 260;
    private static final int CUTS = 5;
    private static final long MOST_LAG_MILLIS = 3 * HOUR_MILLIS;

    final List<StreamRecord> records = new ArrayList<>();
    final List<ShardDescent> descents = new ArrayList<>();
    final List<TrainingRows.Repair> repairs = new ArrayList<>();
    final List<BothCuts> cuts = new ArrayList<>();

    private final Random random;
    private final InMemoryArchive archive = new InMemoryArchive();
    private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    private final Map<String, Shard> shards = new TreeMap<>();
    private final List<String> ids = new ArrayList<>();
    private final Map<String, String> sent = new HashMap<>();
    private long nowMillis = START_MILLIS;
    private int sequence = 1_000_000;
    private boolean isBorn;

    /** One cut, as each side knows it. */
    record BothCuts(CutLog.Cut cut, TrainingRows.Cut oracle) {}

    private static final class Shard {
        private final Lane lane;
        private final List<Shard> before;
        private final List<RawRecord> pending = new ArrayList<>();
        private final List<RawRecord> done = new ArrayList<>();
        private boolean isClosed;
        private long maxArrivalMillis = Long.MIN_VALUE;

        Shard(int number, List<Shard> before) {
            this.lane = new Lane(
                    "arn:aws:kinesis:eu-central-1:111122223333:stream/" + STREAM,
                    1_700_000_000_000L,
                    String.format("shardId-%012d", number));
            this.before = before;
        }

        Position last() {
            return done.isEmpty() ? Position.ORIGIN : done.get(done.size() - 1).position();
        }

        LaneRow row() {
            Map<String, Long> ancestors = new HashMap<>();
            before.forEach(one -> ancestors.put(one.lane.id(), one.maxArrivalMillis));
            return new LaneRow(lane, 1, last(), done.size(), maxArrivalMillis, "g1", Map.of(), Map.of(), ancestors);
        }
    }

    RandomLog(long seed) {
        random = new Random(seed);
        shards.put("0", new Shard(0, List.of()));
        shards.put("1", new Shard(1, List.of()));
        int number = 2;
        for (int step = 0; step < STEPS; step++) {
            nowMillis +=
                    random.nextInt(5) == 0 ? random.nextLong(8 * HOUR_MILLIS) : random.nextLong(40 * MINUTE_MILLIS);
            arrive();
            shards.values().forEach(this::advance);
            if (random.nextInt(90) == 0) {
                number = split(number);
            }
            if (random.nextInt(40) == 0) {
                redrive();
            }
            if (random.nextInt(STEPS / CUTS) == 0) {
                cut();
            }
        }
        cut();
        shards.values().forEach(shard -> drain(shard, Integer.MAX_VALUE));
    }

    HistoryPorts ports() {
        return new HistoryPorts(archive, redrives, new InMemoryCheckpoints(), new InMemoryControlStore());
    }

    private void arrive() {
        int kind = random.nextInt(20);
        if (kind < 7 || ids.isEmpty()) {
            ids.add("p" + ids.size());
            predict(ids.get(ids.size() - 1));
        } else if (kind < 9) {
            predict(known());
        } else if (kind < 17) {
            String id = random.nextInt(6) == 0 ? "p" + (ids.size() + random.nextInt(3)) : known();
            arrive(id, outcome(id), 0);
        } else if (kind == 17) {
            arrive("x" + random.nextInt(9), "{\"type\":\"view\",\"ts\":" + nowMillis + "}", regress());
        } else if (kind == 18) {
            // Into a shard that mostly has nothing to do with the usual one.
            String id = known();
            arrive("+" + id, sent.getOrDefault(id, prediction(id)), 0);
            if (random.nextBoolean()) {
                arrive("+" + id, outcome(id), 0);
            }
        } else {
            arrive("x" + random.nextInt(9), random.nextBoolean() ? "{\"type\":" : prediction(""), regress());
        }
    }

    /** Mostly one of the last. */
    private String known() {
        int back = random.nextInt(random.nextInt(3) == 0 ? ids.size() : Math.min(ids.size(), 12));
        return ids.get(ids.size() - 1 - back);
    }

    private void predict(String id) {
        String json = prediction(id);
        sent.put(id, json);
        arrive(id, json, regress());
    }

    private String prediction(String id) {
        return "{\"type\":\"prediction\",\"id\":\"" + id + "\",\"ts\":" + time() + ",\"model\":\""
                + (random.nextInt(12) == 0 ? "other" : "discount") + "\",\"version\":\"v" + random.nextInt(3)
                + "\",\"hash\":\"h\",\"score\":0." + (1 + random.nextInt(9)) + "}";
    }

    private String outcome(String id) {
        String label = switch (random.nextInt(12)) {
            case 0, 1, 2 -> "0";
            case 3, 4, 5 -> "1";
            case 6 -> "true";
            case 7 -> "false";
            case 8 -> "\"maybe\"";
            case 9 -> "null";
            case 10 -> "1.0";
            default -> "0.5";
        };
        return "{\"type\":\"outcome\",\"prediction\":\"" + id + "\",\"ts\":" + time() + ",\"label\":" + label + "}";
    }

    private long time() {
        return switch (random.nextInt(10)) {
            case 0 -> nowMillis - random.nextLong(7 * HOUR_MILLIS);
            case 1 -> nowMillis + random.nextLong(2 * MINUTE_MILLIS);
            case 2 -> nowMillis - random.nextLong(HOUR_MILLIS);
            default -> nowMillis - random.nextLong(3_000);
        };
    }

    private long regress() {
        return random.nextInt(4) == 0 ? random.nextLong(30_000) : 0;
    }

    private void arrive(String key, String json, long regressMillis) {
        Shard shard = shardOf(key);
        Position position = new Position(Integer.toString(sequence++), 0);
        byte[] data = json.getBytes(StandardCharsets.UTF_8);
        RawRecord record = new RawRecord(position, nowMillis - regressMillis, key, data);
        shard.pending.add(record);
        records.add(new StreamRecord(
                STREAM, shard.lane.shardId(), position.sequenceNumber(), 0, record.arrivalMillis(), data));
    }

    /** By the names of open shards: a key goes to the one whose name its bits begin with. */
    private Shard shardOf(String key) {
        String bits = String.format("%8s", Integer.toBinaryString(Math.floorMod(31 * key.hashCode(), 251)))
                .replace(' ', '0');
        String path = new StringBuilder(bits).reverse().toString();
        return shards.entrySet().stream()
                .filter(shard -> !shard.getValue().isClosed && path.startsWith(shard.getKey()))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private int split(int number) {
        List<Map.Entry<String, Shard>> open = shards.entrySet().stream()
                .filter(shard -> !shard.getValue().isClosed)
                .toList();
        Map.Entry<String, Shard> chosen = open.get(random.nextInt(open.size()));
        String name = chosen.getKey();
        Shard parent = chosen.getValue();
        parent.isClosed = true;
        List<Shard> before = new ArrayList<>(parent.before);
        before.add(parent);
        for (int child = 0; child < 2; child++) {
            Shard born = new Shard(number + child, List.copyOf(before));
            shards.put(name + child, born);
            descents.add(new ShardDescent(STREAM, born.lane.shardId(), parent.lane.shardId()));
        }
        return number + 2;
    }

    /** A lane is at most so far behind; a child's begins when its parents are at their ends. */
    private void advance(Shard shard) {
        boolean isLate = !shard.pending.isEmpty() && shard.pending.get(0).arrivalMillis() < nowMillis - MOST_LAG_MILLIS;
        if (isLate) {
            shard.before.forEach(parent -> drain(parent, Integer.MAX_VALUE));
        }
        if (isLate || random.nextInt(4) == 0) {
            drain(shard, isLate ? Integer.MAX_VALUE : 1 + random.nextInt(6));
        }
    }

    private void drain(Shard shard, int most) {
        if (shard.pending.isEmpty() || shard.before.stream().anyMatch(parent -> !parent.pending.isEmpty())) {
            return;
        }
        boolean isFirstBirth = !isBorn && shard.done.isEmpty() && !shard.before.isEmpty();
        if (isFirstBirth) {
            cut();
            isBorn = true;
        }
        List<RawRecord> batch = List.copyOf(shard.pending.subList(0, Math.min(most, shard.pending.size())));
        archive.append(new Archive.Segment(shard.lane, shard.last(), shard.done.size(), batch))
                .join();
        shard.pending.subList(0, batch.size()).clear();
        shard.done.addAll(batch);
        batch.forEach(one -> shard.maxArrivalMillis = Math.max(shard.maxArrivalMillis, one.arrivalMillis()));
        if (isFirstBirth) {
            // Nothing but a new lane lies between.
            cut();
        }
    }

    /** Another payload for some records, as if some view had refused them. */
    private void redrive() {
        List<RedriveLog.Entry> entries = new ArrayList<>();
        long number = redrives.manifests.size() + 1L;
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            List<Shard> some = shards.values().stream()
                    .filter(shard -> !shard.done.isEmpty())
                    .toList();
            if (some.isEmpty()) {
                return;
            }
            Shard shard = some.get(random.nextInt(some.size()));
            RawRecord record = shard.done.get(random.nextInt(shard.done.size()));
            String id = known();
            byte[] data = (random.nextBoolean() ? prediction(id) : outcome(id)).getBytes(StandardCharsets.UTF_8);
            boolean isTwice =
                    entries.stream().anyMatch(entry -> entry.record().position().equals(record.position()));
            if (!isTwice) {
                entries.add(new RedriveLog.Entry(
                        "viewer", "v1", shard.lane, record.withData(data), Sha256.hex("original")));
                repairs.add(new TrainingRows.Repair(
                        number,
                        nowMillis,
                        shard.lane.shardId(),
                        record.position().sequenceNumber(),
                        data));
            }
        }
        redrives.append(new RedriveLog.Manifest(number, nowMillis, entries)).join();
    }

    private void cut() {
        Map<String, String> upTo = new HashMap<>();
        List<LaneRow> rows = new ArrayList<>();
        shards.values().stream().filter(shard -> !shard.done.isEmpty()).forEach(shard -> {
            rows.add(shard.row());
            upTo.put(shard.lane.shardId(), shard.last().sequenceNumber());
        });
        long redriven = redrives.manifests.size();
        cuts.add(new BothCuts(
                new CutLog.Cut("discount", "hash", "hash", cuts.size() + 1L, nowMillis, rows, redriven),
                new TrainingRows.Cut(upTo, redriven)));
    }
}
