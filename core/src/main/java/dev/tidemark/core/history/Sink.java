package dev.tidemark.core.history;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What takes the records of a walk over the past. */
public interface Sink {

    /** Called once before the first lane, with the live fold's lanes that the walk may open. */
    default void lanes(Set<String> laneIds) {}

    /**
     * A lane begins, or a redrive's records of one. The ancestors of its parts are at their end. Lanes that do not
     * descend from each other may be walked at the same time.
     *
     * @param laneId of the live fold, or of a redrive
     * @param parts not empty
     * @return null if the lane is not wanted: then it is not read
     */
    @Nullable
    LaneSink open(String laneId, List<LanePart> parts);
}
