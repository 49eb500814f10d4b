package dev.tidemark.core.change;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the lanes' live folds of a view begin. */
final class Acts {

    private Acts() {}

    /** The acts of those lanes of a stream that do not fold the view from their first record on, by id. */
    static Map<String, Position> of(View view, String streamName, List<LaneRow> rows) {
        Map<String, Position> acts = new HashMap<>();
        for (LaneRow row : rows) {
            if (row.lane().streamName().equals(streamName)) {
                Position act = row.views().get(view.version());
                if (act == null) {
                    throw new IllegalStateException("lane " + row.lane().id() + " does not fold view '" + view.name()
                            + "' (version " + view.version() + ") although it was started; was it given up meanwhile?");
                }
                if (act.isAfter(Position.ORIGIN)) {
                    acts.put(row.lane().id(), act);
                }
            }
        }
        return acts;
    }
}
