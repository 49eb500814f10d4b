package dev.tidemark.training;

import java.io.IOException;
import java.util.List;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** The rows of a spine file, in order, one at a time. Not thread-safe. */
interface SpineReader extends AutoCloseable {

    /** Names and types as in the file; a text file has only strings. */
    List<PrimitiveType> columns();

    /** Moves to the next row, or to the first; false at the end. */
    boolean next() throws IOException;

    /** The row's place, for messages: {@code line 12}. */
    String place();

    /** The row's value as Parquet holds it; null if there is none. */
    @Nullable
    Object cell(int column);

    /** Whether the file has types; otherwise every cell is a text. */
    boolean isTyped();

    @Override
    void close() throws IOException;
}
