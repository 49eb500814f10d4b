package dev.tidemark.training;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.tidemark.tables.ParquetCells;
import dev.tidemark.tables.ParquetCodecs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file, read with Parquet's own reader: a list is a {@link List}, an object a {@link Map}, a single value a
 * {@link Long}, {@link Double}, {@link Boolean} or {@link String}; a moment its text.
 */
record ParquetRows(MessageType schema, List<Map<String, @Nullable Object>> rows) {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    static ParquetRows read(Path path) throws IOException {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        try (ParquetFileReader file = ParquetFileReader.open(
                new LocalInputFile(path),
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withCodecFactory(new ParquetCodecs())
                        .build())) {
            MessageType schema = file.getFooter().getFileMetaData().getSchema();
            PageReadStore pages;
            while ((pages = file.readNextRowGroup()) != null) {
                RecordReader<Group> reader = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
                for (long row = 0; row < pages.getRowCount(); row++) {
                    rows.add(struct(reader.read()));
                }
            }
            return new ParquetRows(schema, rows);
        }
    }

    private static Map<String, @Nullable Object> struct(Group group) {
        Map<String, @Nullable Object> struct = new LinkedHashMap<>();
        for (int i = 0; i < group.getType().getFieldCount(); i++) {
            struct.put(group.getType().getFieldName(i), field(group, i));
        }
        return struct;
    }

    private static @Nullable Object field(Group group, int field) {
        if (group.getFieldRepetitionCount(field) == 0) {
            return null;
        }
        Type type = group.getType().getType(field);
        if (type.isPrimitive()) {
            return single(group, field, type.asPrimitiveType());
        }
        Group value = group.getGroup(field, 0);
        if (isList(type)) {
            List<@Nullable Object> list = new ArrayList<>();
            for (int i = 0; i < value.getFieldRepetitionCount(0); i++) {
                list.add(field(value.getGroup(0, i), 0));
            }
            return list;
        }
        if (isMap(type)) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < value.getFieldRepetitionCount(0); i++) {
                Group entry = value.getGroup(0, i);
                map.put(String.valueOf(field(entry, 0)), field(entry, 1));
            }
            return map;
        }
        return struct(value);
    }

    private static Object single(Group group, int field, PrimitiveType type) {
        return switch (type.getPrimitiveTypeName()) {
            case INT64 ->
                ParquetCells.isMoment(type)
                        ? ParquetCells.text(group.getLong(field, 0), type)
                        : (Object) group.getLong(field, 0);
            case DOUBLE -> group.getDouble(field, 0);
            case BOOLEAN -> group.getBoolean(field, 0);
            case BINARY -> group.getString(field, 0);
            default -> throw new IllegalStateException("a column of " + type);
        };
    }

    /** What a column of this type must hold where the CSV file holds this text. */
    static @Nullable Object expected(String text, Type type) throws IOException {
        if (text.isEmpty()) {
            return null;
        }
        boolean moment = type.isPrimitive() && ParquetCells.isMoment(type.asPrimitiveType());
        boolean plain = moment || (type.isPrimitive() && isText(type));
        return expected(plain ? TextNode.valueOf(text) : JSON.readTree(text), type);
    }

    private static @Nullable Object expected(@Nullable JsonNode json, Type type) {
        if (json == null || json.isNull()) {
            return null;
        }
        if (type.isPrimitive()) {
            return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
                case INT64 -> json.isTextual() ? json.textValue() : (Object) json.longValue();
                case DOUBLE -> json.doubleValue();
                case BOOLEAN -> json.booleanValue();
                default -> json.isNumber() ? json.decimalValue().toPlainString() : json.asText();
            };
        }
        GroupType group = type.asGroupType();
        if (isList(type)) {
            List<@Nullable Object> list = new ArrayList<>();
            Type element = group.getType(0).asGroupType().getType(0);
            json.forEach(each -> list.add(expected(each, element)));
            return list;
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (isMap(type)) {
            Type value = group.getType(0).asGroupType().getType(1);
            json.properties().forEach(each -> map.put(each.getKey(), expected(each.getValue(), value)));
        } else {
            group.getFields().forEach(each -> map.put(each.getName(), expected(json.get(each.getName()), each)));
        }
        return map;
    }

    private static boolean isText(Type type) {
        return type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation;
    }

    private static boolean isList(Type type) {
        return type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation;
    }

    private static boolean isMap(Type type) {
        return type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation;
    }
}
