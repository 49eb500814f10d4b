package dev.tidemark.simulation.model;

import java.util.Set;

/** Rules P1 to P3: what rows and items are found by, and which position is after which. */
final class Keys {

    private final Bounds bounds;
    private final Set<Rule> broken;

    Keys(Bounds bounds, Set<Rule> broken) {
        this.bounds = bounds;
        this.broken = broken;
    }

    /** P1: the row of a lane. Without the creation time all lanes are those of one stream, created again and again. */
    int row(int lane) {
        return broken.contains(Rule.P1_CREATION_TIME) ? 0 : lane;
    }

    /** P3. */
    int item(int view, int entity, int lane) {
        int version = broken.contains(Rule.P3_VERSION) ? 0 : view;
        int writer = broken.contains(Rule.P3_LANE) ? 0 : row(lane);
        return (version * bounds.entities() + entity) * bounds.lanes().size() + writer;
    }

    boolean isOfB(int item) {
        return item / bounds.lanes().size() % bounds.entities() == 1;
    }

    /** P2. As text, the sequence numbers of positions 1, 2, 3 are "9", "10", "11". */
    boolean isAfter(int position, int other) {
        return broken.contains(Rule.P2_NUMERIC_ORDER) ? text(position).compareTo(text(other)) > 0 : position > other;
    }

    int max(int position, int other) {
        return isAfter(position, other) ? position : other;
    }

    private static String text(int position) {
        return position <= 0 ? "" : Integer.toString(8 + position);
    }
}
