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

    /** An index into the shares; each is drawn in proportion to its share. */
    int index(double[] shares) {
        double left = random.nextDouble();
        int last = shares.length - 1;
        for (int i = 0; i < last; i++) {
            left -= shares[i];
            if (left < 0) {
                return i;
            }
        }
        return last;
    }

    /** Shares of the whole in proportion to {@code rank^-exponent}: few get most (Zipf). */
    static double[] zipf(int size, double exponent) {
        double[] shares = new double[size];
        double total = 0;
        for (int i = 0; i < size; i++) {
            shares[i] = StrictMath.pow(i + 1, -exponent);
            total += shares[i];
        }
        for (int i = 0; i < size; i++) {
            shares[i] /= total;
        }
        return shares;
    }
}
