package dev.tidemark.samplesevents;

import java.util.Random;

/** Seeded chance that gives the same numbers on every machine: {@link Random} as specified, and {@link StrictMath}. */
final class Chance {

    private final Random random;

    Chance(long seed) {
        random = new Random(seed);
    }

    boolean happens(double probability) {
        return random.nextDouble() < probability;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Uniform in {@code [from, to]}. */
    long between(long from, long to) {
        return from + (long) StrictMath.floor(random.nextDouble() * (to - from + 1));
    }

    /** Every magnitude in {@code [from, to]} is equally likely. */
    long magnitudeBetween(long from, long to) {
        double exponent = random.nextDouble() * StrictMath.log((double) to / from);
        return (long) StrictMath.floor(from * StrictMath.exp(exponent));
    }

    /** Waiting time of a memoryless process. */
    long waitMillis(long meanMillis) {
        return (long) StrictMath.floor(-StrictMath.log(1 - random.nextDouble()) * meanMillis);
    }

    double gaussian() {
        return random.nextGaussian();
    }

    /** An index below the size; index i is drawn in proportion to {@code (i + 1)^-exponent}: few get most (Zipf). */
    int zipf(int size, double exponent) {
        double total = 0;
        for (int rank = 1; rank <= size; rank++) {
            total += StrictMath.pow(rank, -exponent);
        }
        double left = random.nextDouble() * total;
        for (int rank = 1; rank < size; rank++) {
            left -= StrictMath.pow(rank, -exponent);
            if (left < 0) {
                return rank - 1;
            }
        }
        return size - 1;
    }
}
