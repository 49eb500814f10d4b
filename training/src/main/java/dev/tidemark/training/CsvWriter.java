package dev.tidemark.training;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file as RFC 4180 has it, but with lines that end in a line feed: names first, then a line per row. No value is an
 * empty field, and so is an empty text. Numbers are exact.
 */
final class CsvWriter implements RowWriter {

    private final SequenceWriter out;
    private final int spineColumns;
    private final String[] line;

    CsvWriter(Path file, List<PrimitiveType> columns, int spineColumns) throws IOException {
        this.spineColumns = spineColumns;
        this.line = new String[columns.size()];
        ObjectWriter lines = new CsvMapper()
                .writerFor(String[].class)
                .with(CsvSchema.emptySchema().withLineSeparator("\n"));
        this.out = lines.writeValues(file.toFile());
        out.write(columns.stream().map(PrimitiveType::getName).toArray(String[]::new));
    }

    @Override
    public void write(Spine spine, @Nullable Object[] values) throws IOException {
        for (int i = 0; i < spineColumns; i++) {
            line[i] = field(spine.text(i));
        }
        for (int i = 0; i < values.length; i++) {
            line[spineColumns + i] = field(Values.plain(values[i]));
        }
        out.write(line);
    }

    private static String field(@Nullable String text) {
        return text == null ? "" : text;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
