package dev.tidemark.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The lines of a CSV file (RFC 4180) with a header, in UTF-8. Empty lines are passed over. Not thread-safe. */
public final class CsvLines implements AutoCloseable {

    private final String file;
    private final MappingIterator<String[]> rows;
    private final List<String> header;
    private String[] row = {};
    private long line;

    /**
     * @param file its name, for messages
     * @param in closed with the lines
     * @throws TableProblem if there is not even a header
     */
    public CsvLines(String file, InputStream in) throws IOException {
        this.file = file;
        this.rows = new CsvMapper()
                .readerFor(String[].class)
                .with(CsvParser.Feature.WRAP_AS_ARRAY)
                .without(CsvParser.Feature.ALLOW_TRAILING_COMMA)
                .readValues(in);
        if (!move()) {
            throw new TableProblem(file + " is empty: it has to start with a line of column names");
        }
        header = Stream.of(row).map(String::strip).toList();
    }

    /** The names of the columns. */
    public List<String> header() {
        return header;
    }

    /** Moves to the next line, or to the first below the header; false at the end. */
    public boolean next() throws IOException {
        if (!move()) {
            return false;
        }
        if (row.length != header.size()) {
            throw new TableProblem(file + ":" + line + ": " + row.length + " fields, but the header names "
                    + header.size() + " columns: a comma inside a field needs quotes around the field");
        }
        return true;
    }

    /** The library's own option to skip such lines also drops spaces before the first field of every other line. */
    private static boolean isEmptyLine(@Nullable String[] fields) {
        return fields.length == 0 || (fields.length == 1 && (fields[0] == null || fields[0].isBlank()));
    }

    private boolean move() throws IOException {
        try {
            do {
                line = rows.getCurrentLocation().getLineNr();
                if (!rows.hasNextValue()) {
                    return false;
                }
                row = rows.nextValue();
            } while (isEmptyLine(row));
            return true;
        } catch (CharConversionException e) {
            throw notUtf8(e);
        } catch (JsonProcessingException | RuntimeJsonMappingException e) {
            if (e.getCause() instanceof CharConversionException) {
                throw notUtf8(e);
            }
            // The parser's own words name its classes and settings.
            throw new TableProblem(
                    file + ":" + line
                            + ": no CSV from here on: a quote is not closed, or text follows one that closes a "
                            + "field, or a field is longer than 20 million characters; write fields as RFC 4180 says",
                    e);
        }
    }

    private TableProblem notUtf8(Exception e) {
        return new TableProblem(file + ":" + line + ": not UTF-8 from here on: write the file as UTF-8", e);
    }

    /** The number of the line, from 1. */
    public long line() {
        return line;
    }

    /** The field of the line; empty if there is nothing in it. */
    public String field(int column) {
        return row[column];
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
