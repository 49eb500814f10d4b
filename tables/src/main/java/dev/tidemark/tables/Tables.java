package dev.tidemark.tables;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads files of rows as JSON values. A Parquet file's decimals and integers stay exact; a floating-point number is the
 * decimal with the fewest digits that names it, and none where it is not a number; groups are objects, lists arrays, dates
 * {@code 2026-01-31}, moments {@code 2026-01-31T10:00:00Z}, and times of no zone are refused, for they name no moment. All
 * values of a CSV file are texts, and an empty field is no value. Lines of JSON are taken as they are.
 */
public final class Tables {

    /** No text in UTF-8 begins with these. */
    private static final byte[] GZIP = {0x1f, (byte) 0x8b};

    private Tables() {}

    /**
     * Gives all rows to the sink, in order, in bounded memory: one row group of a Parquet file, one line of a text.
     *
     * @param name the file's name, for messages; whether a text is compressed, its first bytes say
     * @param columns what is wanted of each row; empty for everything
     * @throws TableProblem if the file is not of the format, or damaged, or lacks a column, or a column's type has no value
     *     in JSON
     */
    public static void read(TableFormat format, String name, Path file, Set<String> columns, RowSink sink)
            throws IOException {
        if (format == TableFormat.PARQUET) {
            try (ParquetTable table = new ParquetTable(name, file, columns)) {
                table.readAll(sink);
            }
            return;
        }
        try (InputStream in = open(file)) {
            TableReader table =
                    format == TableFormat.CSV ? new CsvTable(name, in, columns) : new JsonLines(name, in, columns);
            table.readAll(sink);
        } catch (EOFException | ZipException e) {
            throw new TableProblem(name + ": cut off or damaged (" + e.getMessage() + "): write it again", e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
        bytes.mark(GZIP.length);
        boolean isGzip = Arrays.equals(bytes.readNBytes(GZIP.length), GZIP);
        bytes.reset();
        return isGzip ? new GZIPInputStream(bytes) : bytes;
    }
}
