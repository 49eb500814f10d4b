package dev.tidemark.core.history;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The records of a lane that some views take into one lane of their items: the live fold's part, a backfill's or a
 * redrive's.
 *
 * <p>Example: view {@code a} has folded lane {@code L} from its first record on, {@code b} was activated after position
 * 100. Then {@code L} has two parts: the backfill's, lane {@code bf#L}, with {@code b} and the records up to 100; and
 * the live one, lane {@code L}, with {@code a} and {@code b}, of which {@code b} takes the records after 100.
 *
 * @param laneId of the items: the lane's own id, or its backfill's or redrive's
 * @param views no two of one version; none if no view wants the live lane's records, which count as done anyway
 * @param after view version to the position after which the view takes records, exclusive; a view without one takes all
 * @param countsAfter view version to the position up to which the view only remembers the halves of pairs, because what they
 *     make is the backfill's (rule J4); a view without one makes pairs of all that it takes
 * @param ancestors the lanes whose ids are also searched for a duplicate (rule T3): always walked to their end before
 */
public record LanePart(
        String laneId,
        List<View> views,
        Map<String, Position> after,
        Map<String, Position> countsAfter,
        Set<String> ancestors) {

    public LanePart {
        views = List.copyOf(views);
        after = Map.copyOf(after);
        countsAfter = Map.copyOf(countsAfter);
        ancestors = Set.copyOf(ancestors);
    }
}
