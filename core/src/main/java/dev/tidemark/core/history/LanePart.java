package dev.tidemark.core.history;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What some views take of a lane's records into one lane of their items: the live fold's part of it, a backfill's, or
 * what a redrive holds of it.
 *
 * <p>Example: view {@code a} has folded lane {@code L} from its first record on, {@code b} was activated after position
 * 100. Then {@code L} has two parts: the backfill's, lane {@code bf#L}, with {@code b} and the records up to 100; and the
 * live one, lane {@code L}, with {@code a} and {@code b}, of which {@code b} takes the records after 100.
 *
 * @param laneId of the items: the lane's own id, or that of its backfill or redrive
 * @param views no two of one version; none if no view wants the live lane's records, which are done all the same
 * @param after view version to the position after which the view takes records, exclusive; a view that is not named takes
 *     all
 * @param ancestors the lanes in whose ids a duplicate is looked for as well (rule T3): always walked to their end before
 */
public record LanePart(String laneId, List<View> views, Map<String, Position> after, Set<String> ancestors) {

    public LanePart {
        views = List.copyOf(views);
        after = Map.copyOf(after);
        ancestors = Set.copyOf(ancestors);
    }
}
