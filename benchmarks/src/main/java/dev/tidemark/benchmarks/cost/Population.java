package dev.tidemark.benchmarks.cost;

import java.util.ArrayList;
import java.util.List;

/**
 * Users whose activity follows Zipf's law with exponent 1: the user of rank r sends 1/r of what the first one sends.
 * Each sends at random moments, independently of all others (a Poisson process), so what one user costs does not depend
 * on the others, and a few users of every rank, weighed by their share of the events, stand for all.
 *
 * @param users how many
 * @param eventsPerSecond of all together
 * @param shardEventsPerSecond of the users of one shard, which make up its batches
 */
record Population(int users, double eventsPerSecond, double shardEventsPerSecond) {

    /** What a Kinesis shard takes. */
    private static final double MAX_SHARD_EVENTS_PER_SECOND = 1_000;

    static Population of(int users, double eventsPerSecond) {
        double shards = Math.ceil(eventsPerSecond / MAX_SHARD_EVENTS_PER_SECOND);
        return new Population(users, eventsPerSecond, eventsPerSecond / shards);
    }

    /**
     * Users of neighbouring ranks, and the one who stands for them.
     *
     * @param fromRank inclusive
     * @param toRank inclusive
     * @param eventsPerSecond of one of them, on average
     * @param share of all events that are theirs
     */
    record Stratum(int fromRank, int toRank, double eventsPerSecond, double share) {

        String entity() {
            return "u" + (fromRank + toRank) / 2;
        }

        boolean holds(int rank) {
            return fromRank <= rank && rank <= toRank;
        }
    }

    /** The milliseconds in which a shard's batch of this size arrives. */
    double batchMillis(int batchSize) {
        return batchSize * 1000 / shardEventsPerSecond;
    }

    /** Strata of equal width on a logarithmic scale of ranks, most active first; at the top one user each. */
    List<Stratum> strata(int wanted) {
        double all = harmonic(1, users);
        List<Stratum> strata = new ArrayList<>();
        int from = 1;
        for (int i = 1; i <= wanted; i++) {
            int to = i == wanted ? users : (int) Math.round(Math.pow(users, i / (double) wanted));
            if (to >= from) {
                double share = harmonic(from, to) / all;
                strata.add(new Stratum(from, to, share * eventsPerSecond / (to - from + 1), share));
                from = to + 1;
            }
        }
        return strata;
    }

    /** The stratum of the user in the middle of the ranking. */
    static Stratum median(List<Stratum> strata) {
        int middle = (strata.get(strata.size() - 1).toRank() + 1) / 2;
        return strata.stream()
                .filter(stratum -> stratum.holds(middle))
                .findFirst()
                .orElseThrow();
    }

    /** The stratum of the user of the event in the middle: half of all events are of users at least as active. */
    static Stratum busy(List<Stratum> strata) {
        double share = 0;
        for (Stratum stratum : strata) {
            share += stratum.share();
            if (share >= 0.5) {
                return stratum;
            }
        }
        throw new IllegalArgumentException("the strata hold " + share + " of all events");
    }

    private static double harmonic(int from, int to) {
        double sum = 0;
        for (int rank = from; rank <= to; rank++) {
            sum += 1.0 / rank;
        }
        return sum;
    }
}
