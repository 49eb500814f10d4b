package dev.tidemark.training;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file as RFC 4180 has it, but with lines that end in a line feed: names first, then a line per row. No value is an
 * empty field, and so is an empty text. Numbers are exact.
 *
 * <p>A spreadsheet runs a field as a formula that begins with one of {@code = + - @}, a tab or a line break, in quotes or
 * not. An apostrophe is put before such a text, and before one that has the apostrophe already, so that taking one away
 * gives the text back. Numbers, and a lone sign, are left as they are.
 */
final class CsvWriter implements RowWriter {

    /** The last four are what some input methods write for the first four. */
    private static final Pattern FORMULA = Pattern.compile("'*([=@\\t\\r\\n\\uFF1D\\uFF20\\uFF0B\\uFF0D]|[+-](?s:.))");

    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");

    private final SequenceWriter out;
    private final int spineColumns;
    private final String[] line;
    private long marked;

    CsvWriter(Path file, List<Type> columns, int spineColumns) throws IOException {
        this.spineColumns = spineColumns;
        this.line = new String[columns.size()];
        ObjectWriter lines = new CsvMapper()
                .writerFor(String[].class)
                .with(CsvSchema.emptySchema().withLineSeparator("\n"));
        this.out = lines.writeValues(file.toFile());
        out.write(columns.stream().map(column -> field(column.getName())).toArray(String[]::new));
    }

    @Override
    public void write(Spine spine, @Nullable Object[] values) throws IOException {
        for (int i = 0; i < spineColumns; i++) {
            line[i] = field(spine.text(i));
        }
        for (int i = 0; i < values.length; i++) {
            line[spineColumns + i] = field(FeatureValues.plain(values[i]));
        }
        out.write(line);
    }

    private String field(@Nullable String text) {
        if (text == null) {
            return "";
        }
        if (FORMULA.matcher(text).lookingAt() && !NUMBER.matcher(text).matches()) {
            marked++;
            return "'" + text;
        }
        return text;
    }

    /** How many fields have an apostrophe before them. */
    long marked() {
        return marked;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
