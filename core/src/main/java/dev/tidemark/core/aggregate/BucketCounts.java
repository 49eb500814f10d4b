package dev.tidemark.core.aggregate;

import java.util.Arrays;

/**
 * Counts by bucket index, for at most a fixed number of buckets: when there are more, the lowest are added to the
 * lowest that is kept.
 *
 * <p>Why that is order-independent. Let the numbers seen fall into the indices {@code i1 > i2 > ...} and let {@code m}
 * be the bound. The content is: the true counts at {@code i1 ... i(m-1)}, and at {@code im} its true count plus those
 * of everything below. This holds after each addition and each merge, because (1) the {@code m} highest of a union are
 * among the {@code m} highest of its parts, and (2) a part's lowest kept bucket, the only one whose count is not true,
 * can in the union only be the lowest kept or be folded into it: the part alone already has {@code m - 1} higher ones.
 * Whether anything was ever folded is the same as "more than {@code m} indices were seen", so that flag is
 * order-independent too.
 */
final class BucketCounts {

    private final int maxBuckets;
    private int[] indices = new int[4];
    private long[] counts = new long[4];
    private int size;
    private boolean collapsed;

    BucketCounts(int maxBuckets) {
        this.maxBuckets = maxBuckets;
    }

    int size() {
        return size;
    }

    /** The bucket at a place, from the lowest. */
    int index(int place) {
        return indices[place];
    }

    long count(int place) {
        return counts[place];
    }

    /** Whether the lowest bucket also holds the counts of lower ones. */
    boolean isCollapsed() {
        return collapsed;
    }

    long total() {
        long total = 0;
        for (int i = 0; i < size; i++) {
            total += counts[i];
        }
        return total;
    }

    void add(int index, long count) {
        int place = Arrays.binarySearch(indices, 0, size, index);
        if (place >= 0) {
            counts[place] += count;
        } else if (size < maxBuckets) {
            insert(-place - 1, index, count);
        } else {
            replaceLowest(-place - 1, index, count);
        }
    }

    void merge(BucketCounts other) {
        for (int i = other.size - 1; i >= 0; i--) {
            add(other.indices[i], other.counts[i]);
        }
        collapsed |= other.collapsed;
    }

    /**
     * Subtracts what was added before. The other's lowest bucket is not above this one's, and what it holds of lower ones
     * is in this one's lowest: the numbers here include those there.
     */
    void subtract(BucketCounts part) {
        for (int i = 0; i < part.size; i++) {
            counts[Math.max(0, Arrays.binarySearch(indices, 0, size, part.indices[i]))] -= part.counts[i];
        }
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (counts[i] != 0) {
                indices[kept] = indices[i];
                counts[kept++] = counts[i];
            }
        }
        size = kept;
    }

    /** Header (twice the size, plus 1 if collapsed); first index; then count, and distance to the next, less one. */
    void writeTo(ByteWriter out) {
        out.writeVarint((long) size << 1 | (collapsed ? 1 : 0));
        for (int i = 0; i < size; i++) {
            if (i == 0) {
                out.writeSigned(indices[0]);
            } else {
                out.writeVarint((long) indices[i] - indices[i - 1] - 1);
            }
            out.writeVarint(counts[i]);
        }
    }

    static BucketCounts read(ByteReader in, int maxBuckets) {
        BucketCounts read = new BucketCounts(maxBuckets);
        int header = in.readCount(maxBuckets << 1 | 1);
        read.size = header >>> 1;
        read.collapsed = (header & 1) == 1;
        read.indices = new int[Math.max(1, read.size)];
        read.counts = new long[Math.max(1, read.size)];
        for (int i = 0; i < read.size; i++) {
            long index = i == 0 ? in.readSigned() : (long) read.indices[i - 1] + 1 + in.readCount(Integer.MAX_VALUE);
            read.indices[i] = (int) index;
            read.counts[i] = in.readVarint();
            if (read.indices[i] != index || read.counts[i] <= 0) {
                throw new IllegalArgumentException("bucket " + index + " counts " + read.counts[i]);
            }
        }
        return read;
    }

    private void insert(int place, int index, long count) {
        if (size == indices.length) {
            int capacity = Math.min(maxBuckets, Math.max(4, size * 2));
            indices = Arrays.copyOf(indices, capacity);
            counts = Arrays.copyOf(counts, capacity);
        }
        System.arraycopy(indices, place, indices, place + 1, size - place);
        System.arraycopy(counts, place, counts, place + 1, size - place);
        indices[place] = index;
        counts[place] = count;
        size++;
    }

    /** Makes room at the low end: the new index is the lowest itself, or the two lowest become one. */
    private void replaceLowest(int place, int index, long count) {
        collapsed = true;
        if (place == 0) {
            counts[0] += count;
            return;
        }
        long lowest = counts[0];
        System.arraycopy(indices, 1, indices, 0, place - 1);
        System.arraycopy(counts, 1, counts, 0, place - 1);
        indices[place - 1] = index;
        counts[place - 1] = count;
        counts[0] += lowest;
    }
}
