package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.StateType;
import java.util.List;

/**
 * What every tile of a view holds: its states in encoding order, each with the filter that decides whether an event is
 * added to it.
 */
public record TileLayout(List<Entry> entries) {

    /**
     * @param type the state's type
     * @param filter index of the view's filter that an event must pass, or {@link #NO_FILTER}
     */
    public record Entry(StateType type, int filter) {}

    public static final int NO_FILTER = -1;

    /** Filters are evaluated once per event into the bits of a long. */
    public static final int MAX_FILTERS = 64;

    public TileLayout {
        entries = List.copyOf(entries);
        for (Entry entry : entries) {
            if (entry.filter() < NO_FILTER || entry.filter() >= MAX_FILTERS) {
                throw new IllegalArgumentException(
                        "filter index " + entry.filter() + " of " + entry.type().id());
            }
        }
    }
}
