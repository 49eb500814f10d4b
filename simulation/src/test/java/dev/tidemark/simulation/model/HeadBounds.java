package dev.tidemark.simulation.model;

import java.util.List;

/**
 * How large a world of one entity is explored. Hop tiles are 0 to 3; a hop block holds two of them, a coarse tile too, and
 * one coarse item holds both coarse tiles.
 *
 * @param most most tiles of a head; one stays after a spill
 * @param latePuts whether one put of an item may be in flight for as long as it likes
 * @param queries whether queries read while others write
 * @param checkpoint whether a checkpoint may be made, and all be restored from it at that moment or later
 */
record HeadBounds(List<HeadLane> lanes, int most, boolean latePuts, boolean queries, boolean checkpoint) {

    static final int HEAD = 0;

    static final int IDS = 1;

    /** The first of the items below: two hop blocks, then the coarse item. */
    static final int FIRST_BELOW = 2;

    static final int ITEMS = 5;

    HeadBounds {
        lanes = List.copyOf(lanes);
        if (checkpoint && lanes.size() > 1) {
            throw new IllegalArgumentException("lanes are restored one by one, so one is enough");
        }
    }

    static HeadBounds of(HeadLane... lanes) {
        return new HeadBounds(List.of(lanes), 1, false, false, false);
    }

    HeadBounds withTwoTiles() {
        return new HeadBounds(lanes, 2, latePuts, queries, checkpoint);
    }

    HeadBounds withLatePuts() {
        return new HeadBounds(lanes, most, true, queries, checkpoint);
    }

    HeadBounds withQueries() {
        return new HeadBounds(lanes, most, latePuts, true, checkpoint);
    }

    HeadBounds withCheckpoint() {
        return new HeadBounds(lanes, most, latePuts, queries, true);
    }

    /** Whether a hop tile is in the range of an item below. */
    static boolean holds(int item, int tile) {
        return item == ITEMS - 1 || item - FIRST_BELOW == tile / 2;
    }

    static String itemName(int item) {
        return switch (item) {
            case HEAD -> "head";
            case IDS -> "ids item";
            case ITEMS - 1 -> "coarse item";
            default -> "hop block " + (item - FIRST_BELOW);
        };
    }
}
