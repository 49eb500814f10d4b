package dev.tidemark.core.change;

import dev.tidemark.core.stream.RawRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The rows of an import, by part, in the order of their positions. */
public interface ImportRows {

    /** Reads a part from its first row on. */
    Cursor open(int part);

    /** Not thread-safe. */
    interface Cursor extends AutoCloseable {

        /** The next rows as records of the part's lane, as many as wanted but at the end; then none. */
        CompletableFuture<List<RawRecord>> next(int most);

        @Override
        void close();
    }
}
