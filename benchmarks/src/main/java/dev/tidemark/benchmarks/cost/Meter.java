package dev.tidemark.benchmarks.cost;

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

    /** Puts by width and item size. */
    final Map<String, TreeMap<Integer, Long>> putBytes = new HashMap<>();

    void put(String width, int bytes, long units) {
        puts++;
        putUnits += units;
        putBytes.computeIfAbsent(width, key -> new TreeMap<>()).merge(bytes, 1L, Long::sum);
    }
}
