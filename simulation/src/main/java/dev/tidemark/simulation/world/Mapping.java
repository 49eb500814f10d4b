package dev.tidemark.simulation.world;

import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.tidemark.core.stream.Position;
import dev.tidemark.kinesis.IteratorStart;
import dev.tidemark.kinesis.ShardInfo;
import dev.tidemark.kinesis.StreamRecord;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.local.mapping.Backoff;
import dev.tidemark.local.mapping.MappingSettings;
import dev.tidemark.local.mapping.Redelivery;
import dev.tidemark.local.mapping.ShardPoller;
import dev.tidemark.local.mapping.Step;
import dev.tidemark.simulation.check.LaneWatch;
import dev.tidemark.simulation.check.Ledger;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The event source mapping: a poller for every shard, and sometimes one too many. The local run's {@link ShardPoller}
 * decides what a poller does, the engine when.
 */
final class Mapping {

    private static final long USUAL_TIMEOUT_MILLIS = 60_000;
    private static final long LONGEST_BACKOFF_MILLIS = 30_000;
    private static final long LONGEST_LAG_MILLIS = 600_000;
    private static final int MOST_RECORDS_OF_A_BATCH = 20;

    private final Engine engine;
    private final Streams streams;
    private final String stream;
    private final String arn;
    private final Fleet fleet;
    private final LaneWatch lanes;
    private final Ledger ledger;
    private final MappingSettings settings;
    private final long timeoutMillis;
    private final Map<String, List<Reader>> readers = new HashMap<>();
    private final Set<String> finished = new HashSet<>();
    private final Map<String, Long> lagging = new HashMap<>();
    private final Set<String> early = new HashSet<>();
    private long silentUntilMillis;
    private boolean calm;

    Mapping(Engine engine, Streams streams, String stream, Fleet fleet, LaneWatch lanes, Ledger ledger) {
        this.engine = engine;
        this.streams = streams;
        this.stream = stream;
        this.arn = streams.describe(stream).arn();
        this.fleet = fleet;
        this.lanes = lanes;
        this.ledger = ledger;
        this.timeoutMillis = engine.strikes(Dial.SHORT_TIMEOUT) ? engine.between(500, 12_000) : USUAL_TIMEOUT_MILLIS;
        int batchSize = (int) engine.between(1, MOST_RECORDS_OF_A_BATCH);
        this.settings = new MappingSettings(
                batchSize,
                engine.random().nextBoolean() ? 0 : engine.between(1, 30_000),
                !engine.strikes(Dial.NO_BISECT),
                true,
                new IteratorStart.TrimHorizon(),
                true,
                new Backoff(100, LONGEST_BACKOFF_MILLIS),
                new Redelivery(RedeliveryDice.PROBABILITY, (int) engine.between(0, MOST_RECORDS_OF_A_BATCH)));
    }

    /** Starts to read the shards that may be read, beside those that are read already. */
    void startReadyShards() {
        for (ShardInfo shard : streams.describe(stream).shards()) {
            boolean ready = finished.containsAll(shard.parents()) || early.contains(shard.id());
            if (ready && !readers.containsKey(shard.id())) {
                if (!finished.containsAll(shard.parents())) {
                    engine.happened(Happening.CHILD_READ_BEFORE_PARENT_ENDED);
                }
                start(shard.id(), null, Integer.MAX_VALUE);
            }
        }
    }

    /** A shard was opened; perhaps it does not wait for its parents. */
    void born(String shardId) {
        if (engine.strikes(Dial.EARLY_CHILD)) {
            early.add(shardId);
        }
    }

    /** A shard was closed; perhaps nobody reads it for a while. */
    void closed(String shardId) {
        if (engine.strikes(Dial.LAGGING_PARENT)) {
            lagging.put(shardId, engine.nowMillis() + engine.between(1_000, LONGEST_LAG_MILLIS));
        }
        changed(shardId);
    }

    /** A record was put, or a shard closed. */
    void changed(String shardId) {
        List.copyOf(readers.getOrDefault(shardId, List.of())).forEach(Reader::wake);
    }

    /** Perhaps a second poller begins to read a shard, from any position before the first one's. */
    void perhapsSecondPoller() {
        List<String> shards = readers.keySet().stream().sorted().toList();
        if (!shards.isEmpty() && engine.strikes(Dial.SECOND_POLLER)) {
            String shardId = shards.get(engine.random().nextInt(shards.size()));
            String upTo = first(shardId).poller.checkpoint();
            List<StreamRecord> before = ledger.log(shardId).after(null, Integer.MAX_VALUE).stream()
                    .filter(record ->
                            upTo != null && Position.compareSequenceNumbers(record.sequenceNumber(), upTo) <= 0)
                    .toList();
            int from = engine.random().nextInt(before.size() + 1);
            String position = from == 0 ? null : before.get(from - 1).sequenceNumber();
            start(shardId, position, (int) engine.between(1, 6));
        }
    }

    private Reader first(String shardId) {
        return Objects.requireNonNull(readers.get(shardId), shardId).get(0);
    }

    /** Nothing is delivered for a while. */
    void silence(long millis) {
        silentUntilMillis = engine.nowMillis() + millis;
        engine.note("mapping", () -> "silent for " + millis / 60_000 + " min");
    }

    /** From now on, each shard has one poller. */
    void calm() {
        calm = true;
        silentUntilMillis = 0;
        lagging.clear();
        startReadyShards();
    }

    /** Whether every record of every shard has been reported as done. */
    boolean isCaughtUp() {
        return streams.describe(stream).shards().stream()
                .allMatch(shard -> readers.containsKey(shard.id())
                        && ledger.log(shard.id())
                                .after(first(shard.id()).poller.checkpoint(), 1)
                                .isEmpty());
    }

    private void start(String shardId, @Nullable String position, int deliveries) {
        Reader reader = new Reader(shardId, position, deliveries);
        readers.computeIfAbsent(shardId, id -> new ArrayList<>()).add(reader);
        engine.note(reader.name, () -> "reads after " + (position == null ? "nothing" : ledger.shorten(position)));
        engine.after(engine.between(0, 50), reader::step);
    }

    private final class Reader {

        private final String shardId;
        private final String name;
        private final boolean isFirst;
        private ShardPoller poller;
        private int deliveriesLeft;
        private boolean waits;

        Reader(String shardId, @Nullable String position, int deliveries) {
            this.shardId = shardId;
            this.isFirst = deliveries == Integer.MAX_VALUE;
            this.name = "poller" + shardId.substring(shardId.length() - 1) + (isFirst ? "" : "'");
            this.deliveriesLeft = deliveries;
            this.poller = poller(position);
        }

        private ShardPoller poller(@Nullable String position) {
            return new ShardPoller(ledger.log(shardId), settings, position, new RedeliveryDice(engine));
        }

        void wake() {
            if (waits) {
                waits = false;
                step();
            }
        }

        void step() {
            waits = false;
            if (!isFirst && (calm || deliveriesLeft == 0)) {
                return;
            }
            long untilMillis = Math.max(silentUntilMillis, lagging.getOrDefault(shardId, 0L));
            if (engine.nowMillis() < untilMillis) {
                engine.after(untilMillis - engine.nowMillis(), this::step);
                return;
            }
            if (engine.strikes(Dial.POLLER_RESTART)) {
                poller = poller(poller.checkpoint());
            }
            Step next = poller.next(engine.nowMillis());
            if (next instanceof Step.Deliver delivery) {
                deliver(delivery.records());
            } else if (next instanceof Step.Pause pause) {
                engine.after(pause.untilMillis() - engine.nowMillis(), this::step);
            } else if (next instanceof Step.AwaitRecords await) {
                await(await.untilMillis());
            } else if (isFirst) {
                finished.add(shardId);
                startReadyShards();
            }
        }

        private void await(long untilMillis) {
            waits = true;
            if (untilMillis != Long.MAX_VALUE) {
                engine.after(untilMillis - engine.nowMillis(), this::wake);
            }
        }

        private void deliver(List<StreamRecord> records) {
            deliveriesLeft--;
            engine.note(
                    name,
                    () -> "delivers " + ledger.shorten(records.get(0).sequenceNumber()) + " to "
                            + ledger.shorten(records.get(records.size() - 1).sequenceNumber()));
            new Delivery(engine, fleet, lanes, shardId, records, this::heard).start(arn, timeoutMillis);
        }

        private void heard(Optional<StreamsEventResponse> response) {
            engine.note(name, () -> response.map(Mapping::brief).orElse("hears of a failure"));
            if (response.isPresent()) {
                poller.answered(response.get(), engine.nowMillis());
            } else {
                poller.failed(engine.nowMillis());
            }
            step();
        }
    }

    /** What a poller throws to decide whether to deliver again: loaded, so that the dial decides. */
    private record RedeliveryDice(Engine engine) implements RandomGenerator {

        static final double PROBABILITY = 0.5;

        @Override
        public double nextDouble() {
            return engine.strikes(Dial.REDELIVERY) ? 0 : PROBABILITY;
        }

        @Override
        public long nextLong() {
            return engine.random().nextLong();
        }
    }

    private static String brief(StreamsEventResponse response) {
        return response.getBatchItemFailures().isEmpty() ? "hears that all is done" : "hears of a part";
    }
}
