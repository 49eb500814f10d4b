package dev.tidemark.tables;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The rows of a CSV file: texts. */
final class CsvTable implements TableReader {

    private final String name;
    private final CsvLines lines;
    private final List<Integer> columns;

    CsvTable(String name, InputStream in, Set<String> wanted) throws IOException {
        this.name = name;
        this.lines = new CsvLines(name, in);
        List<String> header = lines.header();
        Columns.check(name, header, wanted);
        this.columns = IntStream.range(0, header.size())
                .filter(column -> wanted.isEmpty() || wanted.contains(header.get(column)))
                .boxed()
                .toList();
    }

    @Override
    public void readAll(RowSink sink) throws IOException {
        while (lines.next()) {
            ObjectNode values = JsonNodeFactory.instance.objectNode();
            for (int column : columns) {
                String field = lines.field(column);
                if (!field.isEmpty()) {
                    values.put(lines.header().get(column), field);
                }
            }
            sink.row(new TableRow(values, name + ":" + lines.line()));
        }
    }
}
