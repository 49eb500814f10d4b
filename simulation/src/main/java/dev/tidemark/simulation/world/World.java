package dev.tidemark.simulation.world;

import dev.tidemark.aws.dynamodb.Tables;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.kinesis.HashRange;
import dev.tidemark.kinesis.NewRecord;
import dev.tidemark.kinesis.PutResult;
import dev.tidemark.kinesis.ShardInfo;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.oracle.ShardDescent;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.simulation.check.BucketWatch;
import dev.tidemark.simulation.check.HeadWatch;
import dev.tidemark.simulation.check.ItemWatch;
import dev.tidemark.simulation.check.LaneWatch;
import dev.tidemark.simulation.check.Ledger;
import dev.tidemark.simulation.check.Verdict;
import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.cloud.Table;
import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One run: the cloud, its actors and its checks. */
public final class World implements AutoCloseable {

    private static final String STREAM = "shop";
    private static final long MOST_TASKS = 300_000;

    /** A batch that old code holds is tried again all through a pause. */
    private static final long MOST_TASKS_OF_A_PAUSED_HOUR = 60_000;

    /** How long after the last record faults go on. */
    private static final long MOST_TROUBLE_MILLIS = 120_000;

    private final Engine engine;
    private final Plan plan;
    private final long startMillis;
    private final Streams streams;
    private final Table state;
    private final Cloud cloud;
    private final Fleet fleet;
    private final Mapping mapping;
    private final Ledger ledger = new Ledger();
    private final ItemWatch items;
    private final BucketWatch bucket;
    private final LaneWatch lanes;
    private final Map<String, HashRange> ranges = new HashMap<>();
    private final List<Long> reshards = new ArrayList<>();
    private final List<Operator> operators = new ArrayList<>();
    private final List<Guest> guests;
    private int started;
    private boolean calm;

    /** Another actor in the run, beside producers, functions and operators. */
    public interface Guest {

        /** Called before anything happens, to plan its actions. */
        void join(Scene scene);
    }

    /**
     * What a guest may know and use.
     *
     * @param caughtUp whether every record so far has been reported as done
     */
    public record Scene(Engine engine, Plan plan, Cloud cloud, Ledger ledger, BooleanSupplier caughtUp) {}

    public World(Engine engine, Plan plan) {
        this(engine, plan, List.of());
    }

    public World(Engine engine, Plan plan, List<Guest> guests) {
        this.guests = guests;
        this.engine = engine;
        this.plan = plan;
        this.startMillis = engine.nowMillis();
        this.streams = stream(engine.nowMillis(), plan.shards());
        this.items = new ItemWatch(engine);
        this.bucket = new BucketWatch(engine, ledger);
        this.lanes = new LaneWatch(engine, ledger, bucket);
        HeadWatch heads =
                new HeadWatch(engine, plan.before().catalog(), plan.after().catalog());
        this.state = new Table((old, item) -> {
            items.written(old, item);
            heads.written(old, item);
        });
        Map<String, Table> tables = Map.of("state", state, "control", new Table(lanes));
        this.cloud = new Cloud(engine, tables, bucket::stored, streams, STREAM, ledger::shorten);
        this.fleet = new Fleet(engine, cloud, plan);
        this.mapping = new Mapping(engine, streams, STREAM, fleet, lanes, ledger);
    }

    /** Its clock does not advance: it numbers records, but arrival times are the simulation's. */
    private static Streams stream(long startMillis, int shards) {
        try {
            Streams streams = new Streams(InstantSource.fixed(Instant.ofEpochMilli(startMillis)), null);
            streams.create(STREAM, shards);
            return streams;
        } catch (IOException e) {
            throw new UncheckedIOException("the stream could not be made", e);
        }
    }

    /** Closes the stream's files; the world is over then. */
    @Override
    public void close() {
        try {
            streams.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the stream could not be closed", e);
        }
    }

    /** Runs until nothing is left to happen. */
    public void run() {
        for (Plan.Sent sent : plan.sent()) {
            engine.after(sent.atMillis(), () -> put(sent));
        }
        mapping.startReadyShards();
        if (plan.outageMillis() > 0) {
            engine.after(plan.outageAtMillis(), () -> mapping.silence(plan.silenceMillis()));
        }
        for (int i = 0; i < 4; i++) {
            engine.after(engine.between(0, plan.endMillis()), mapping::perhapsSecondPoller);
            engine.after(engine.between(plan.outageAtMillis(), plan.endMillis()), this::expireItems);
        }
        scheduleReshards();
        scheduleDeployment();
        Scene scene = new Scene(engine, plan, cloud, ledger, mapping::isCaughtUp);
        guests.forEach(guest -> guest.join(scene));
        engine.after(plan.endMillis() + engine.between(0, MOST_TROUBLE_MILLIS), this::calm);
        engine.run(MOST_TASKS + plan.outageMillis() / 3_600_000 * MOST_TASKS_OF_A_PAUSED_HOUR);
    }

    private void put(Plan.Sent sent) {
        boolean isOfKpl = sent.isAggregated() && !plan.isOfLines();
        byte[] data = isOfKpl ? Aggregated.pack(sent.events()) : lines(sent.events());
        long arrivalMillis = engine.nowMillis() - sent.behindMillis();
        PutResult put = streams.put(STREAM, new NewRecord(sent.events().get(0).partitionKey(), null, data));
        String partitionKey = sent.events().get(0).partitionKey();
        ledger.put(
                put.shardId(),
                new dev.tidemark.kinesis.StreamRecord(put.sequenceNumber(), arrivalMillis, partitionKey, data));
        engine.note("producer", () -> "puts " + ledger.shorten(put.sequenceNumber()));
        HashRange range = ranges.computeIfAbsent(put.shardId(), this::range);
        int most = KplRecords.MAX_RECORDS;
        for (int i = 0; i < Math.min(sent.events().size(), most + 1); i++) {
            Plan.UserRecord event = sent.events().get(i);
            if (i == most) {
                byte[] rest = Aggregated.pack(sent.events(), most);
                ledger.add(
                        event.partitionKey(),
                        new StreamRecord(STREAM, put.shardId(), put.sequenceNumber(), i, arrivalMillis, rest));
                break;
            }
            boolean outside = isOfKpl && !range.contains(HashRange.hashKey(event.partitionKey()));
            if (outside) {
                engine.happened(Happening.SUBRECORD_OF_ANOTHER_SHARD);
            }
            StreamRecord record = new StreamRecord(
                    STREAM, put.shardId(), put.sequenceNumber(), i, arrivalMillis, event.data(), outside);
            ledger.add(event.partitionKey(), record);
        }
        mapping.changed(put.shardId());
    }

    /** One event is as it is; of several, each ends with a line break. */
    private static byte[] lines(List<Plan.UserRecord> events) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Plan.UserRecord event : events) {
            lines.writeBytes(event.data());
            if (events.size() > 1) {
                lines.writeBytes(new byte[] {'\n'});
            }
        }
        return lines.toByteArray();
    }

    private HashRange range(String shardId) {
        return streams.describe(STREAM).shards().stream()
                .filter(shard -> shard.id().equals(shardId))
                .map(ShardInfo::range)
                .findFirst()
                .orElseThrow();
    }

    private void scheduleReshards() {
        if (engine.strikes(Dial.RESHARD)) {
            long times = engine.between(1, plan.mostReshards());
            for (int i = 0; i < times; i++) {
                long anyMillis = engine.between(0, plan.endMillis());
                long atMillis = engine.random().nextBoolean() ? anyMillis : betweenCopies(anyMillis);
                reshards.add(atMillis);
                engine.after(atMillis, this::reshard);
            }
        }
    }

    /** Between an event and its copy, so that they come to different shards; any time if there are no copies. */
    private long betweenCopies(long anyMillis) {
        Map<Integer, Long> first = new HashMap<>();
        List<Long> moments = new ArrayList<>();
        for (Plan.Sent sent : plan.sent()) {
            Long original = first.putIfAbsent(sent.number(), sent.atMillis());
            if (original != null) {
                moments.add(engine.between(original, sent.atMillis()));
            }
        }
        return moments.isEmpty() ? anyMillis : moments.get(engine.random().nextInt(moments.size()));
    }

    private void reshard() {
        List<ShardInfo> open = streams.describe(STREAM).shards().stream()
                .filter(ShardInfo::isOpen)
                .sorted(Comparator.comparing(shard -> shard.range().start()))
                .toList();
        int known = streams.describe(STREAM).shards().size();
        int at = engine.random().nextInt(open.size());
        HashRange range = open.get(at).range();
        boolean merges = at + 1 < open.size() && engine.random().nextBoolean();
        if (merges) {
            streams.merge(STREAM, open.get(at).id(), open.get(at + 1).id());
        } else {
            BigInteger part = range.end().subtract(range.start()).divide(BigInteger.valueOf(engine.between(2, 4)));
            streams.split(STREAM, open.get(at).id(), range.start().add(part).toString());
        }
        engine.note(
                "stream", () -> (merges ? "merges " : "splits ") + open.get(at).id());
        streams.describe(STREAM).shards().stream().skip(known).forEach(child -> mapping.born(child.id()));
        mapping.startReadyShards();
        for (ShardInfo parent : open.subList(at, merges ? at + 2 : at + 1)) {
            ledger.close(parent.id());
            mapping.closed(parent.id());
        }
    }

    /** Perhaps somebody activates the first code's views; else the first invocation does. Then new code may come. */
    private void scheduleDeployment() {
        if (engine.random().nextBoolean()) {
            operate(plan.before().versions());
        }
        if (plan.before().is(plan.after())) {
            return;
        }
        long deployedMillis = delicateMoment();
        // A moment about a record or a reshard may lie after the end.
        long untilMillis = Math.max(deployedMillis, plan.endMillis());
        share(deployedMillis, (int) engine.between(1, 1000));
        if (engine.strikes(Dial.FLAPPING)) {
            for (int i = 0; i < 4; i++) {
                share(engine.between(deployedMillis, untilMillis), (int) engine.between(0, 1000));
            }
        }
        if (engine.strikes(Dial.ROLLBACK)) {
            long backMillis = engine.between(deployedMillis, untilMillis);
            share(backMillis, 0);
            share(engine.between(backMillis, untilMillis), 1000);
        }
        boolean early = engine.strikes(Dial.EARLY_SWITCH);
        long notBeforeMillis = early ? 0 : deployedMillis;
        long lastMillis = 0;
        for (Set<String> versions : steps()) {
            lastMillis = Math.max(lastMillis, Math.max(notBeforeMillis, delicateMoment()));
            engine.after(lastMillis, () -> {
                if (!calm) {
                    switchControl(versions);
                }
            });
        }
    }

    /** The new views join at once or in groups, then the old ones go. */
    private List<Set<String>> steps() {
        List<Set<String>> steps = new ArrayList<>();
        Set<String> active = new TreeSet<>(plan.before().versions());
        for (String version : new TreeSet<>(plan.after().versions())) {
            active.add(version);
            if (engine.strikes(Dial.IN_STEPS)) {
                steps.add(Set.copyOf(active));
            }
        }
        steps.add(plan.after().versions());
        return steps;
    }

    /** Any time; or when lanes are likely to begin: about the first records, or about a reshard. */
    private long delicateMoment() {
        long anyMillis = engine.between(0, plan.endMillis());
        long nearMillis = engine.between(-2_000, 4_000);
        long choice = engine.between(0, 2);
        int record = (int) engine.between(0, 4);
        int reshard = (int) engine.between(0, plan.mostReshards());
        if (choice == 0 && record < plan.sent().size()) {
            return Math.max(0, plan.sent().get(record).atMillis() + nearMillis);
        }
        return choice == 1 && reshard < reshards.size() ? Math.max(0, reshards.get(reshard) + nearMillis) : anyMillis;
    }

    private void share(long atMillis, int perMille) {
        engine.after(atMillis, () -> fleet.shareOfNewCode(perMille));
    }

    /** The operator of the step before stops; a write in flight may still land. */
    private void switchControl(Set<String> versions) {
        operators.forEach(Operator::crash);
        operators.clear();
        Operator operator = operate(versions);
        for (int i = 0; i < 3; i++) {
            engine.after(engine.between(0, 3_000), mapping::perhapsSecondPoller);
        }
        if (engine.strikes(Dial.OPERATOR_CRASH)) {
            engine.after(engine.between(0, 10_000), operator::crash);
            engine.after(engine.between(0, 30_000), () -> {
                if (operators.contains(operator)) {
                    operate(versions);
                }
            });
        }
    }

    private Operator operate(Set<String> versions) {
        Operator operator = new Operator(
                "operator" + started++, engine, cloud, versions, plan.after().versions());
        operators.add(operator);
        operator.activate();
        return operator;
    }

    /** TTL deletes what has expired, but takes its time. */
    private void expireItems() {
        for (Map<String, AttributeValue> item : state.items()) {
            AttributeValue expires = item.get(Tables.TTL_ATTRIBUTE);
            boolean expired = expires != null && Long.parseLong(expires.n()) * 1000 < engine.nowMillis();
            boolean isHead = Objects.requireNonNull(item.get("sk")).s().startsWith(ItemKey.HEAD);
            boolean chosen = expired && engine.strikes(Dial.TTL_DELETION);
            // No record may wait longer than a head lives (rule U5).
            if (isHead ? expired && engine.aside().nextBoolean() && mapping.isCaughtUp() : chosen) {
                state.delete(item);
                items.expired(item);
            }
        }
    }

    /** The end of all faults: the new code everywhere, the control row as it wants it. */
    private void calm() {
        calm = true;
        engine.calm();
        fleet.shareOfNewCode(1000);
        if (!plan.before().is(plan.after())) {
            switchControl(plan.after().versions());
        }
        mapping.calm();
    }

    /** Whether every record has been reported as done. */
    public boolean isCaughtUp() {
        return mapping.isCaughtUp();
    }

    /** Which shards descend from which. */
    public List<ShardDescent> descents() {
        return streams.describe(STREAM).shards().stream()
                .flatMap(shard -> shard.parents().stream().map(parent -> new ShardDescent(STREAM, shard.id(), parent)))
                .toList();
    }

    /** What to judge the run by. */
    public Verdict verdict() {
        long outageEndMillis = startMillis + plan.outageAtMillis() + plan.outageMillis();
        return new Verdict(
                engine,
                plan.after().catalog(),
                plan.after().oracle(),
                cloud.direct(),
                ledger,
                lanes,
                bucket,
                descents(),
                plan.outageMillis() == 0 ? Long.MIN_VALUE : outageEndMillis);
    }
}
