package dev.tidemark.training;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes the rows of a training set. Not thread-safe. */
interface RowWriter extends AutoCloseable {

    /**
     * One row of the set, spine first.
     *
     * @param values of features, as {@link FeatureValues} describes them; may be reused by the caller
     */
    void write(Spine spine, @Nullable Object[] values) throws IOException;

    /** Completes the file. */
    @Override
    void close() throws IOException;
}
