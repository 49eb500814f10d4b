package dev.tidemark.core.window;

import java.util.List;

/**
 * Which tiles answer a window at a moment.
 *
 * @param interval exactly what the tiles cover together; part of every answer
 * @param ranges disjoint, in time order, together the interval
 */
public record Cover(Interval interval, List<TileRange> ranges) {

    public Cover {
        ranges = List.copyOf(ranges);
    }
}
