package dev.tidemark.training;

import dev.tidemark.tables.CsvLines;
import dev.tidemark.tables.TableProblem;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** A spine in a CSV file with a header line. An empty field is no value. */
final class CsvSpine implements SpineReader {

    private final CsvLines lines;
    private final List<PrimitiveType> columns;

    /** @param in closed with the reader */
    CsvSpine(String file, InputStream in) throws IOException {
        try {
            this.lines = new CsvLines(file, in);
        } catch (TableProblem e) {
            throw new TrainingSetProblem(e);
        }
        this.columns = lines.header().stream()
                .map(name -> Types.optional(PrimitiveTypeName.BINARY)
                        .as(LogicalTypeAnnotation.stringType())
                        .named(name))
                .toList();
    }

    @Override
    public List<PrimitiveType> columns() {
        return columns;
    }

    @Override
    public boolean next() throws IOException {
        try {
            return lines.next();
        } catch (TableProblem e) {
            throw new TrainingSetProblem(e);
        }
    }

    @Override
    public String place() {
        return "line " + lines.line();
    }

    @Override
    public @Nullable Object cell(int column) {
        String field = lines.field(column);
        return field.isEmpty() ? null : Binary.fromString(field);
    }

    @Override
    public boolean isTyped() {
        return false;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
