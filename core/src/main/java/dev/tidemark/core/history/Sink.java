package dev.tidemark.core.history;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a walk over the past pours what it finds. */
public interface Sink {

    /** The lanes of the live fold that the walk may open, told once before the first of them. */
    default void lanes(Set<String> laneIds) {}

    /**
     * A lane begins, or what a redrive holds of one. Its ancestors, if any part has them, are at their end. Lanes that do
     * not descend from each other may be walked at the same time.
     *
     * @param laneId of the live fold; redrives have their own
     * @param parts not empty
     * @return null if nothing of the lane is wanted: then it is not read
     */
    @Nullable
    LaneSink open(String laneId, List<LanePart> parts);
}
