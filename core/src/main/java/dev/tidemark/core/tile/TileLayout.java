package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.StateType;
import java.util.List;

/**
 * What every tile of a view holds: its states in encoding order, each with the filter that decides whether an event is
 * added to it.
 */
public record TileLayout(List<Entry> entries, int itemFormat) {

    /**
     * @param type the state's type
     * @param filter index of the view's filter that an event must pass, or {@link #NO_FILTER}
     */
    public record Entry(StateType type, int filter) {}

    public static final int NO_FILTER = -1;

    /** Each tile follows the one before. */
    public static final int FIRST_FORMAT = 1;

    /** Tiles have lengths, and the newest is first: most are passed on without being read. */
    public static final int FORMAT = 2;

    /** Filters are evaluated once per event into the bits of a long. */
    public static final int MAX_FILTERS = 64;

    /** In the format of new views. */
    public TileLayout(List<Entry> entries) {
        this(entries, FORMAT);
    }

    public TileLayout {
        if (itemFormat != FIRST_FORMAT && itemFormat != FORMAT) {
            throw new IllegalArgumentException("item format " + itemFormat);
        }
        entries = List.copyOf(entries);
        for (Entry entry : entries) {
            if (entry.filter() < NO_FILTER || entry.filter() >= MAX_FILTERS) {
                throw new IllegalArgumentException(
                        "filter index " + entry.filter() + " of " + entry.type().id());
            }
        }
    }
}
