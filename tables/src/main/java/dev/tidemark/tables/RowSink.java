package dev.tidemark.tables;

import java.io.IOException;

/** Takes rows one after the other, in the file's order. */
@FunctionalInterface
public interface RowSink {

    void row(TableRow row) throws IOException;
}
