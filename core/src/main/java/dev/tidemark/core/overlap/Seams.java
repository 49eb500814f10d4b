package dev.tidemark.core.overlap;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What would come of each of some seams. An event of the archive counts from the seam on, one of the export before it; so an
 * event that both have at one time counts once, whatever the seam.
 */
final class Seams {

    private final long[] seams;

    /** Differences to the seam before: summed up, they are the numbers. */
    private final long[] lost;

    private final long[] twice;

    /** The whole hours of a range, both ends included, and one more moment. */
    Seams(long fromMillis, long toMillis, long another) {
        NavigableSet<Long> all = new TreeSet<>();
        all.add(another);
        for (long hour = Hour.startOf(fromMillis + Hour.MILLIS - 1); hour <= toMillis; hour += Hour.MILLIS) {
            all.add(hour);
        }
        seams = all.stream().mapToLong(Long::longValue).toArray();
        lost = new long[seams.length + 1];
        twice = new long[seams.length + 1];
    }

    void onlyExport(long millis) {
        add(lost, 0, firstAfter(millis));
    }

    void onlyArchive(long millis) {
        add(lost, firstAfter(millis), seams.length);
    }

    void both(long exportMillis, long archiveMillis) {
        if (archiveMillis < exportMillis) {
            add(lost, firstAfter(archiveMillis), firstAfter(exportMillis));
        } else {
            add(twice, firstAfter(exportMillis), firstAfter(archiveMillis));
        }
    }

    private static void add(long[] changes, int from, int to) {
        changes[from]++;
        changes[to]--;
    }

    /** The index of the first seam after a moment. */
    private int firstAfter(long millis) {
        int found = Arrays.binarySearch(seams, millis);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /** All of them, in order. */
    List<SeamChoice> choices() {
        Arrays.parallelPrefix(lost, Long::sum);
        Arrays.parallelPrefix(twice, Long::sum);
        return IntStream.range(0, seams.length)
                .mapToObj(i -> new SeamChoice(seams[i], lost[i], twice[i]))
                .toList();
    }

    /** The one with the fewest wrong events; of several the nearest to a moment. */
    static SeamChoice best(List<SeamChoice> choices, long nearMillis) {
        return choices.stream()
                .min(Comparator.comparingLong(SeamChoice::wrong)
                        .thenComparingLong(choice -> Math.abs(choice.untilMillis() - nearMillis)))
                .orElseThrow();
    }
}
