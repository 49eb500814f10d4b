package dev.tidemark.training;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file as RFC 4180 has it, but with lines that end in a line feed: names first, then a line per row. No value is an
 * empty field, an empty text is {@code ""}. Numbers are exact.
 */
final class CsvWriter implements RowWriter {

    private final SequenceWriter out;
    private final int spineColumns;
    private final @Nullable String[] line;

    CsvWriter(Path file, List<PrimitiveType> columns, int spineColumns) throws IOException {
        this.spineColumns = spineColumns;
        this.line = new String[columns.size()];
        ObjectWriter lines = CsvMapper.builder()
                .enable(CsvGenerator.Feature.ALWAYS_QUOTE_EMPTY_STRINGS)
                .build()
                .writerFor(String[].class)
                .with(CsvSchema.emptySchema().withLineSeparator("\n").withNullValue(""));
        this.out = lines.writeValues(file.toFile());
        out.write(columns.stream().map(PrimitiveType::getName).toArray(String[]::new));
    }

    @Override
    public void write(Spine spine, @Nullable Object[] values) throws IOException {
        for (int i = 0; i < spineColumns; i++) {
            line[i] = spine.text(i);
        }
        for (int i = 0; i < values.length; i++) {
            line[spineColumns + i] = Values.plain(values[i]);
        }
        out.write(line);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
