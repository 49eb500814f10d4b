package dev.tidemark.tables;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** The rows of a Parquet file; only the wanted columns are decoded. */
final class ParquetTable implements TableReader, AutoCloseable {

    private final String name;
    private final ParquetFileReader file;
    private final MessageType schema;
    private final Map<String, ParquetValue> columns = new LinkedHashMap<>();

    ParquetTable(String name, Path path, Set<String> wanted) throws IOException {
        this.name = name;
        this.file = ParquetFiles.open(name, path);
        try {
            MessageType all = file.getFooter().getFileMetaData().getSchema();
            Columns.check(name, all.getFields().stream().map(Type::getName).toList(), wanted);
            this.schema = wanted.isEmpty() ? all : wantedOf(all, wanted);
            for (Type column : schema.getFields()) {
                columns.put(column.getName(), ParquetValue.of(name, column));
            }
            file.setRequestedSchema(schema);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static MessageType wantedOf(MessageType all, Set<String> wanted) {
        List<Type> fields = new ArrayList<>(all.getFields());
        fields.removeIf(field -> !wanted.contains(field.getName()));
        return new MessageType(all.getName(), fields);
    }

    @Override
    public void readAll(RowSink sink) throws IOException {
        long row = 0;
        for (PageReadStore pages = rowGroup(row); pages != null; pages = rowGroup(row)) {
            RecordReader<Group> rows =
                    new ColumnIOFactory().getColumnIO(schema).getRecordReader(pages, new GroupRecordConverter(schema));
            for (long left = pages.getRowCount(); left > 0; left--) {
                row++;
                sink.row(new TableRow(next(rows, row), name + ", row " + row));
            }
        }
    }

    private @Nullable PageReadStore rowGroup(long after) {
        try {
            return file.readNextRowGroup();
        } catch (TableProblem e) {
            throw e;
        } catch (RuntimeException | IOException e) {
            throw damaged(after, e);
        }
    }

    private ObjectNode next(RecordReader<Group> rows, long row) {
        Group group;
        try {
            group = rows.read();
        } catch (TableProblem e) {
            throw e;
        } catch (RuntimeException e) {
            throw damaged(row - 1, e);
        }
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        int field = 0;
        for (Map.Entry<String, ParquetValue> column : columns.entrySet()) {
            JsonNode value = column.getValue().of(group, field++);
            if (!value.isNull()) {
                values.set(column.getKey(), value);
            }
        }
        return values;
    }

    /** The library's own words name its classes. */
    private TableProblem damaged(long after, Exception e) {
        return new TableProblem(name + ": damaged after row " + after + ": write it again", e);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
