package dev.tidemark.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** A spine in a CSV file with a header line. An empty field is no value. */
final class CsvSpine implements SpineReader {

    private final String file;
    private final MappingIterator<String[]> rows;
    private final List<PrimitiveType> columns = new ArrayList<>();
    private String[] row = {};
    private long line;

    /** @param in closed with the reader */
    CsvSpine(String file, InputStream in) throws IOException {
        this.file = file;
        this.rows = new CsvMapper()
                .readerFor(String[].class)
                .with(CsvParser.Feature.WRAP_AS_ARRAY)
                .without(CsvParser.Feature.ALLOW_TRAILING_COMMA)
                .readValues(in);
        if (!move()) {
            throw new TrainingSetProblem(file + " is empty: a spine starts with a line of column names");
        }
        for (String name : row) {
            columns.add(Types.optional(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named(name.strip()));
        }
    }

    @Override
    public List<PrimitiveType> columns() {
        return columns;
    }

    @Override
    public boolean next() throws IOException {
        if (!move()) {
            return false;
        }
        if (row.length != columns.size()) {
            throw new TrainingSetProblem(file + ":" + line + ": " + row.length + " fields, but the header names "
                    + columns.size() + " columns: a comma inside a field needs quotes around the field");
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
            throw new TrainingSetProblem(file + ":" + line + ": not UTF-8 from here on: write the file as UTF-8", e);
        } catch (JsonProcessingException | RuntimeJsonMappingException e) {
            // The parser's own words name its classes and settings.
            throw new TrainingSetProblem(
                    file + ":" + line
                            + ": no CSV from here on: a quote is not closed, or text follows one that closes a "
                            + "field, or a field is longer than 20 million characters; write fields as RFC 4180 says",
                    e);
        }
    }

    @Override
    public String place() {
        return "line " + line;
    }

    @Override
    public @Nullable Object cell(int column) {
        return row[column].isEmpty() ? null : Binary.fromString(row[column]);
    }

    @Override
    public boolean isTyped() {
        return false;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
