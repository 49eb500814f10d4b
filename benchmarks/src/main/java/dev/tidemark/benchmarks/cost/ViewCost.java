package dev.tidemark.benchmarks.cost;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What one view costs a whole population, from the users who stand for it. */
record ViewCost(CostView view, Population population, List<OfUser> users) {

    /** One stratum: what was written per batch size, and what a query costs its user. */
    record OfUser(Population.Stratum stratum, Map<Integer, UserRun.Written> written, UserRun.Queried queried) {}

    /**
     * Runs the view.
     *
     * @param strata how many users stand for all
     * @param meteredEvents about how many events of each of them are metered per batch size
     */
    static ViewCost measure(
            CostView view, Population population, int strata, int meteredEvents, List<Integer> batchSizes) {
        List<Population.Stratum> users = population.strata(strata);
        List<OfUser> costs = IntStream.range(0, users.size())
                .parallel()
                .mapToObj(i -> {
                    UserRun run = new UserRun(view, users.get(i), 1_000L * i, meteredEvents);
                    return ofUser(run, users.get(i), population, batchSizes);
                })
                .toList();
        return new ViewCost(view, population, costs);
    }

    private static OfUser ofUser(
            UserRun run, Population.Stratum stratum, Population population, List<Integer> batchSizes) {
        MeteredStores history = run.history();
        MeteredStores stores = history;
        Map<Integer, UserRun.Written> written = new TreeMap<>();
        for (int batchSize : batchSizes) {
            stores = history.copy();
            written.put(batchSize, run.day(stores, population.batchMillis(batchSize)));
        }
        return new OfUser(stratum, written, run.queries(stores));
    }

    /** The average over all events of something metered. */
    double perEvent(int batchSize, ToDoubleFunction<UserRun.Written> metered) {
        double sum = 0;
        double share = 0;
        for (OfUser user : users) {
            UserRun.Written written = written(user, batchSize);
            if (written.events() > 0) {
                sum += user.stratum().share() * metered.applyAsDouble(written) / written.events();
                share += user.stratum().share();
            }
        }
        return sum / share;
    }

    /** Units of the lane row's write that follows every batch, shared by the batch's events. */
    double rowWriteUnitsPerEvent(int batchSize) {
        return perBatch(batchSize, written -> written.meter().rowWriteUnits) / batchSize;
    }

    /** Units of reading control row and lane row before every batch, shared by its events. */
    double rowReadUnitsPerEvent(int batchSize) {
        return perBatch(batchSize, written -> written.meter().rowReadUnits) / batchSize;
    }

    private double perBatch(int batchSize, ToDoubleFunction<UserRun.Written> metered) {
        double sum = 0;
        long batches = 0;
        for (OfUser user : users) {
            UserRun.Written written = written(user, batchSize);
            sum += metered.applyAsDouble(written);
            batches += written.batches();
        }
        return sum / batches;
    }

    double dollarsPerMillionEvents(int batchSize, boolean warm) {
        double writes = perEvent(batchSize, written -> written.meter().putUnits) + rowWriteUnitsPerEvent(batchSize);
        double reads =
                perEvent(batchSize, written -> warm ? written.meter().foldReadUnits : written.meter().coldReadUnits)
                        + rowReadUnitsPerEvent(batchSize);
        return writes * DynamoUnits.DOLLARS_PER_MILLION_WRITE_UNITS
                + reads * DynamoUnits.DOLLARS_PER_MILLION_READ_UNITS;
    }

    /** Which part of the puts writes at most so many bytes. */
    double partOfPutsUpTo(int batchSize, int bytes) {
        TreeMap<Integer, Double> sizes = putBytes(batchSize);
        double all = sizes.values().stream().mapToDouble(Double::doubleValue).sum();
        return sizes.headMap(bytes, true).values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum()
                / all;
    }

    /** The size of which so large a part of the puts is at most. */
    int putBytes(int batchSize, double part) {
        TreeMap<Integer, Double> sizes = putBytes(batchSize);
        double all = sizes.values().stream().mapToDouble(Double::doubleValue).sum();
        double below = 0;
        for (Map.Entry<Integer, Double> size : sizes.entrySet()) {
            below += size.getValue();
            if (below >= part * all) {
                return size.getKey();
            }
        }
        return sizes.lastKey();
    }

    /** Put sizes, each with the puts per event of the population that have it. */
    private TreeMap<Integer, Double> putBytes(int batchSize) {
        TreeMap<Integer, Double> sizes = new TreeMap<>();
        for (OfUser user : users) {
            UserRun.Written written = written(user, batchSize);
            if (written.events() > 0) {
                double weight = user.stratum().share() / written.events();
                written.meter()
                        .putBytes
                        .values()
                        .forEach(ofWidth ->
                                ofWidth.forEach((bytes, puts) -> sizes.merge(bytes, puts * weight, Double::sum)));
            }
        }
        return sizes;
    }

    OfUser of(Population.Stratum stratum) {
        return users.stream()
                .filter(user -> user.stratum().equals(stratum))
                .findFirst()
                .orElseThrow();
    }

    private static UserRun.Written written(OfUser user, int batchSize) {
        UserRun.Written written = user.written().get(batchSize);
        if (written == null) {
            throw new IllegalArgumentException("no run with batches of " + batchSize);
        }
        return written;
    }
}
