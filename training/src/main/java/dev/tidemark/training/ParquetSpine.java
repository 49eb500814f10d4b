package dev.tidemark.training;

import dev.tidemark.tables.ParquetFiles;
import dev.tidemark.tables.TableProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** A spine in a Parquet file of single values. One row group is in memory at a time. */
final class ParquetSpine implements SpineReader {

    private final Path path;
    private final ParquetFileReader file;
    private final MessageType schema;
    private final List<PrimitiveType> columns = new ArrayList<>();
    private @Nullable RecordReader<Group> rows;
    private @Nullable Group row;
    private long left;
    private long number;

    ParquetSpine(Path path) throws IOException {
        this.path = path;
        this.file = open(path);
        this.schema = file.getFooter().getFileMetaData().getSchema();
        for (Type type : schema.getFields()) {
            if (!type.isPrimitive() || type.isRepetition(Type.Repetition.REPEATED)) {
                file.close();
                throw new TrainingSetProblem(path + ": column '" + type.getName()
                        + "' holds lists or objects: a spine has single values only, so leave the column out");
            }
            columns.add(type.asPrimitiveType());
        }
    }

    private static ParquetFileReader open(Path path) {
        try {
            return ParquetFiles.open(path.toString(), path);
        } catch (TableProblem e) {
            throw new TrainingSetProblem(e);
        }
    }

    @Override
    public List<PrimitiveType> columns() {
        return columns;
    }

    @Override
    public boolean next() {
        try {
            return move();
        } catch (TableProblem e) {
            throw new TrainingSetProblem(e);
        } catch (IOException | RuntimeException e) {
            // The library's words name its classes.
            throw new TrainingSetProblem(path + ": damaged after row " + number + ": write it again", e);
        }
    }

    private boolean move() throws IOException {
        while (left == 0) {
            PageReadStore pages = file.readNextRowGroup();
            if (pages == null) {
                return false;
            }
            left = pages.getRowCount();
            rows = new ColumnIOFactory().getColumnIO(schema).getRecordReader(pages, new GroupRecordConverter(schema));
        }
        if (rows == null) {
            throw new IllegalStateException("rows without a row group");
        }
        row = rows.read();
        left--;
        number++;
        return true;
    }

    @Override
    public String place() {
        return "row " + number;
    }

    @Override
    public @Nullable Object cell(int column) {
        if (row == null) {
            throw new IllegalStateException("no row was read");
        }
        if (row.getFieldRepetitionCount(column) == 0) {
            return null;
        }
        return switch (columns.get(column).getPrimitiveTypeName()) {
            case INT32 -> row.getInteger(column, 0);
            case INT64 -> row.getLong(column, 0);
            case FLOAT -> row.getFloat(column, 0);
            case DOUBLE -> row.getDouble(column, 0);
            case BOOLEAN -> row.getBoolean(column, 0);
            case INT96 -> row.getInt96(column, 0);
            case BINARY, FIXED_LEN_BYTE_ARRAY -> row.getBinary(column, 0);
        };
    }

    @Override
    public boolean isTyped() {
        return true;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
