package dev.tidemark.training;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A training set that was made.
 *
 * @param rows how many
 * @param files the results
 * @param profile says how the columns are distributed; null if the set was made before there were profiles
 * @param manifest says what the set was made from, so that it can be reproduced and compared
 * @param compared the features that two catalogs define; empty without a comparison
 * @param rowsDifferent rows in which any of them differs
 * @param notes what a user of the set should know
 * @param wasComplete whether it existed already, so that nothing was done
 */
public record TrainingSet(
        long rows,
        List<Path> files,
        @Nullable Path profile,
        Path manifest,
        List<Compared> compared,
        long rowsDifferent,
        List<String> notes,
        boolean wasComplete) {

    /** @param different in how many rows the two values differ */
    public record Compared(String feature, long different) {}

    public TrainingSet {
        files = List.copyOf(files);
        compared = List.copyOf(compared);
        notes = List.copyOf(notes);
    }
}
