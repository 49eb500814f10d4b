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
     */
    record Row(long rev, Position last, long count, Map<String, Position> activations, boolean ended) {}

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
                item.containsKey("e"));
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
        for (String version : before.activations().keySet()) {
            if (!row.activations().containsKey(version)) {
                engine.happened(Happening.VIEW_RETIRED);
                if (!"RETIRED".equals(control.get(version))) {
                    engine.fail(shardId + " loses view version " + version + ", which is not retired");
                }
            }
        }
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

    private static String text(Map<String, AttributeValue> item, String name) {
        return Objects.requireNonNull(item.get(name), name).s();
    }

    private static long number(Map<String, AttributeValue> item, String name) {
        return Long.parseLong(Objects.requireNonNull(item.get(name), name).n());
    }
}
