package dev.tidemark.benchmarks.cost;

import dev.tidemark.core.tile.ItemKey;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What the stores were asked for. For one thread. */
final class Meter {

    long puts;
    long putUnits;

    /** What reading the items before writing them really cost; a warm sandbox has most of them in its cache. */
    double foldReadUnits;

    /** What it costs a sandbox that keeps nothing: every item is read before it is written. */
    double coldReadUnits;

    long queryRequests;
    long queryUnits;
    long rowWriteUnits;
    long rowReadUnits;

    /** Of puts, by view version. */
    final Map<String, Long> unitsOfView = new HashMap<>();

    /** Puts by width and item size. */
    final Map<String, TreeMap<Integer, Long>> putBytes = new HashMap<>();

    void put(ItemKey key, int bytes, long units) {
        puts++;
        putUnits += units;
        unitsOfView.merge(key.viewVersion(), units, Long::sum);
        putBytes.computeIfAbsent(key.width(), width -> new TreeMap<>()).merge(bytes, 1L, Long::sum);
    }
}
