package dev.tidemark.core.history;

import java.util.List;

/** Where a walk over the past pours what it finds. */
public interface Sink {

    /**
     * A lane begins, or what a redrive holds of one. Its ancestors, if any part has them, are at their end. Lanes that do
     * not descend from each other may be walked at the same time.
     *
     * @param laneId of the live fold; redrives have their own
     * @param parts not empty
     */
    LaneSink open(String laneId, List<LanePart> parts);
}
