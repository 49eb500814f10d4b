package dev.tidemark.tables;

import java.io.IOException;

/** The rows of one file. */
interface TableReader {

    /** Gives all rows to the sink, in order. */
    void readAll(RowSink sink) throws IOException;
}
