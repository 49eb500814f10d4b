package dev.tidemark.cli.put;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Waits until records that were put are folded. Kinesis said each record's position, and a lane row passes a position
 * when everything up to it is folded and archived; the same row counts the fates. The counts cover everything folded in
 * these shards meanwhile, including events that others put at the same time.
 */
final class FoldWait {

    private final String stream;
    private final Map<Lane, LaneRow> before;

    /** @param before the lane rows before the put */
    FoldWait(String stream, Collection<LaneRow> before) {
        this.stream = stream;
        this.before = before.stream().collect(Collectors.toMap(LaneRow::lane, Function.identity()));
    }

    /**
     * What was folded meanwhile in the shards that took the records.
     *
     * @param records how many, including those of others
     * @param views view version to their fates
     */
    record Folded(long records, Map<String, ViewCounts> views) {}

    /** The shards that are not folded up to their last positions. */
    Map<String, Position> open(Map<String, Position> last, List<LaneRow> now) {
        Map<String, Position> open = new TreeMap<>(last);
        for (LaneRow row : now) {
            Position wanted = open.get(row.lane().shardId());
            if (isOf(row) && wanted != null && !wanted.isAfter(row.last())) {
                open.remove(row.lane().shardId());
            }
        }
        return open;
    }

    /** The lane rows of these shards. */
    Map<Lane, Position> reached(Set<String> shards, List<LaneRow> now) {
        return now.stream()
                .filter(row -> isOf(row) && shards.contains(row.lane().shardId()))
                .collect(Collectors.toMap(LaneRow::lane, LaneRow::last));
    }

    Folded since(Map<String, Position> last, List<LaneRow> now) {
        long records = 0;
        Map<String, ViewCounts> views = new HashMap<>();
        for (LaneRow row : now) {
            if (isOf(row) && last.containsKey(row.lane().shardId())) {
                LaneRow earlier = before.get(row.lane());
                records += row.count() - (earlier == null ? 0 : earlier.count());
                row.views()
                        .keySet()
                        .forEach(view -> views.merge(
                                view,
                                minus(row.countsOf(view), earlier == null ? ViewCounts.NONE : earlier.countsOf(view)),
                                ViewCounts::plus));
            }
        }
        return new Folded(records, views);
    }

    private boolean isOf(LaneRow row) {
        return row.lane().streamName().equals(stream);
    }

    private static ViewCounts minus(ViewCounts later, ViewCounts earlier) {
        Map<InvalidEvent.Reason, Long> quarantined = new HashMap<>(later.quarantined());
        earlier.quarantined().forEach((reason, count) -> quarantined.merge(reason, -count, Long::sum));
        return new ViewCounts(
                later.folded() - earlier.folded(),
                later.filtered() - earlier.filtered(),
                later.tooLate() - earlier.tooLate(),
                later.late() - earlier.late(),
                later.duplicates() - earlier.duplicates(),
                quarantined,
                later.pairs().minus(earlier.pairs()),
                later.beforeSeam() - earlier.beforeSeam(),
                later.afterSeam() - earlier.afterSeam());
    }
}
