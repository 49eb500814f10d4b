package dev.tidemark.simulation.check;

import dev.tidemark.core.stream.Position;
import dev.tidemark.simulation.cloud.Table;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Watches the control table, reading the attributes themselves. Revisions rise by one. A lane's row is created with all
 * active views from its first record (rule L1), gets others from where it stands (L3), never goes back, counts right,
 * never passes what is archived (F7, F8), and is marked as ended only if nothing can follow.
 */
public final class LaneWatch implements Table.Watcher {

    private static final String CONTROL = "control";

    private final Engine engine;
    private final Ledger ledger;
    private final BucketWatch bucket;
    private final Map<String, Row> lanes = new TreeMap<>();
    private Map<String, String> control = Map.of();
    private long controlRev;

    /**
     * A lane row as last written.
     *
     * @param activations view version to its exclusive lower bound
     * @param warmUps by view version
     */
    record Row(
            long rev,
            Position last,
            long count,
            Map<String, Position> activations,
            boolean ended,
            Map<String, WarmUp> warmUps) {}

    /** @param end null while it goes on */
    record WarmUp(long untilMillis, @Nullable Position end) {}

    public LaneWatch(Engine engine, Ledger ledger, BucketWatch bucket) {
        this.engine = engine;
        this.ledger = ledger;
        this.bucket = bucket;
    }

    @Override
    public void written(@Nullable Map<String, AttributeValue> old, Map<String, AttributeValue> item) {
        if (text(item, "pk").equals(CONTROL)) {
            control(item);
        } else {
            lane(item);
        }
    }

    private void control(Map<String, AttributeValue> item) {
        long rev = number(item, "r");
        Map<String, String> views = views(item);
        if (rev != controlRev + 1) {
            engine.fail("the control row goes from rev " + controlRev + " to " + rev);
        }
        control.forEach((version, status) -> {
            if (status.equals("RETIRED") && !"RETIRED".equals(views.get(version))) {
                engine.fail("view version " + version + " comes back from retirement");
            }
        });
        control = views;
        controlRev = rev;
    }

    private void lane(Map<String, AttributeValue> item) {
        String shardId = text(item, "h");
        Map<String, Position> activations = new HashMap<>();
        views(item).forEach((version, activatedAfter) -> activations.put(version, Position.parse(activatedAfter)));
        Row row = new Row(
                number(item, "r"),
                Position.parse(text(item, "l")),
                number(item, "c"),
                activations,
                item.containsKey("e"),
                warmUps(item));
        Row before = lanes.put(shardId, row);
        if (before == null) {
            born(shardId, row);
        } else {
            moved(shardId, before, row);
        }
        int done = ledger.countUpTo(shardId, row.last());
        if (row.ended()
                && (!ledger.isClosed(shardId) || done < ledger.of(shardId).size())) {
            engine.fail(shardId + " is said to have ended, but is open or has records after its position");
        }
        if (row.count() != done) {
            engine.fail(shardId + " counts " + row.count() + " records, but " + done + " stand before its position");
        }
        if (bucket.archivedWithoutGap(shardId) < done) {
            engine.fail(shardId + " is done up to record " + done + ", but archived without a gap only up to "
                    + bucket.archivedWithoutGap(shardId));
        }
        long newest =
                done == 0 ? Long.MIN_VALUE : ledger.of(shardId).get(done - 1).newestArrivalMillis();
        if (number(item, "a") != newest) {
            engine.fail(shardId + " has another newest arrival than its records");
        }
    }

    private void born(String shardId, Row row) {
        engine.happened(Happening.LANE_BORN);
        if (controlRev > 1) {
            engine.happened(Happening.LANE_BORN_DURING_ACTIVATION);
        }
        Set<String> active = new HashSet<>();
        control.forEach((version, status) -> {
            if (!status.equals("RETIRED")) {
                active.add(version);
            }
        });
        if (row.rev() != 1
                || !row.last().equals(Position.ORIGIN)
                || !row.activations().keySet().equals(active)
                || !row.activations().values().stream().allMatch(Position.ORIGIN::equals)) {
            engine.fail(shardId + " is not born with all active views from its first record");
        }
    }

    private void moved(String shardId, Row before, Row row) {
        if (row.rev() != before.rev() + 1 || before.last().isAfter(row.last())) {
            engine.fail(shardId + " goes back, or its rev does not rise by one");
        }
        if (before.ended() && !row.ended()) {
            engine.fail(shardId + " had ended, and goes on");
        }
        if (row.ended()) {
            engine.happened(Happening.LANE_ENDED);
        }
        row.activations().forEach((version, activatedAfter) -> {
            Position was = before.activations().get(version);
            if (was == null && before.last().isAfter(Position.ORIGIN)) {
                engine.happened(Happening.VIEW_ACTIVATED_MIDWAY);
            }
            if (!activatedAfter.equals(was == null ? before.last() : was)) {
                engine.fail(shardId + " activates view version " + version + " elsewhere than where it stands");
            }
        });
        warmed(shardId, before, row);
        for (String version : before.activations().keySet()) {
            if (!row.activations().containsKey(version)) {
                engine.happened(Happening.VIEW_RETIRED);
                if (!"RETIRED".equals(control.get(version))) {
                    engine.fail(shardId + " loses view version " + version + ", which is not retired");
                }
            }
        }
    }

    /** J4: a warm-up begins before anything is folded, and ends before the first record that arrived after it. */
    private void warmed(String shardId, Row before, Row row) {
        if (!row.warmUps().keySet().containsAll(before.warmUps().keySet())) {
            engine.fail(shardId + " forgets a warm-up");
        }
        row.warmUps().forEach((version, warmUp) -> {
            WarmUp was = before.warmUps().get(version);
            boolean begins = was == null && row.last().equals(row.activations().get(version)) && warmUp.end() == null;
            boolean goesOn = was != null
                    && was.untilMillis() == warmUp.untilMillis()
                    && (was.end() == null || was.equals(warmUp));
            if (!begins && !goesOn) {
                engine.fail(shardId + " has the warm-up " + warmUp + " of view version " + version + " after " + was);
            }
            int until = warmUp.end() == null
                    ? ledger.countUpTo(shardId, row.last())
                    : ledger.countUpTo(shardId, warmUp.end());
            List<Ledger.Entry> entries = ledger.of(shardId);
            boolean isTooLong = until > 0 && entries.get(until - 1).newestArrivalMillis() > warmUp.untilMillis();
            boolean isTooShort = warmUp.end() != null
                    && until < entries.size()
                    && entries.get(until).newestArrivalMillis() <= warmUp.untilMillis();
            if (isTooLong || isTooShort) {
                engine.fail(shardId + " warms up for view version " + version + " up to another record than it should");
            }
        });
    }

    /**
     * Whether what an invocation reported as done is done (rule F9).
     *
     * @param sequence everything up to it was reported
     */
    public void reported(String shardId, String sequence) {
        List<Ledger.Entry> entries = ledger.of(shardId);
        int upTo = ledger.countUpTo(shardId, new Position(sequence, Long.MAX_VALUE));
        Row row = lanes.get(shardId);
        boolean done =
                upTo == 0 || (row != null && !entries.get(upTo - 1).position().isAfter(row.last()));
        if (!done) {
            engine.fail(shardId + ": more was reported as done than the lane row says");
        }
    }

    /** The row of a shard's lane; null if it has none. */
    @Nullable
    Row row(String shardId) {
        return lanes.get(shardId);
    }

    private static Map<String, String> views(Map<String, AttributeValue> item) {
        Map<String, String> views = new TreeMap<>();
        Objects.requireNonNull(item.get("v"), "v").m().forEach((version, value) -> views.put(version, value.s()));
        return views;
    }

    private static Map<String, WarmUp> warmUps(Map<String, AttributeValue> item) {
        Map<String, WarmUp> warmUps = new TreeMap<>();
        if (item.containsKey("w")) {
            Objects.requireNonNull(item.get("w"))
                    .m()
                    .forEach((version, value) -> warmUps.put(
                            version,
                            new WarmUp(
                                    number(value.m(), "u"),
                                    value.m().containsKey("e") ? Position.parse(text(value.m(), "e")) : null)));
        }
        return warmUps;
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        return Objects.requireNonNull(item.get(name), name).s();
    }

    private static long number(Map<String, AttributeValue> item, String name) {
        return Long.parseLong(Objects.requireNonNull(item.get(name), name).n());
    }
}
