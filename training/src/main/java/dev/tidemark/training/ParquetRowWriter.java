package dev.tidemark.training;

import dev.tidemark.tables.ParquetCodecs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** A Parquet file, compressed with zstd, in row groups small enough to write many features in little memory. */
final class ParquetRowWriter implements RowWriter {

    private static final long ROW_GROUP_BYTES = 32L << 20;

    private final ParquetWriter<@Nullable Object[]> out;
    private final int spineColumns;
    private final @Nullable Object[] row;

    ParquetRowWriter(Path file, List<Type> columns, int spineColumns) throws IOException {
        this.spineColumns = spineColumns;
        this.row = new Object[columns.size()];
        this.out = new Builder(new LocalOutputFile(file), new MessageType("training_set", columns), spineColumns)
                .withConf(new PlainParquetConfiguration())
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withCodecFactory(new ParquetCodecs())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize(ROW_GROUP_BYTES)
                .build();
    }

    @Override
    public void write(Spine spine, @Nullable Object[] values) throws IOException {
        for (int i = 0; i < spineColumns; i++) {
            row[i] = spine.cell(i);
        }
        write(values);
    }

    /** Likewise, where the cells of the spine, if any, are in place. */
    void write(@Nullable Object[] values) throws IOException {
        System.arraycopy(values, 0, row, spineColumns, values.length);
        out.write(row);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private static final class Builder extends ParquetWriter.Builder<@Nullable Object[], Builder> {

        private final MessageType schema;
        private final int spineColumns;

        Builder(OutputFile file, MessageType schema, int spineColumns) {
            super(file);
            this.schema = schema;
            this.spineColumns = spineColumns;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // Abstract, so it must be here; never called without Hadoop's configuration.
        protected WriteSupport<@Nullable Object[]> getWriteSupport(Configuration hadoop) {
            return new RowSupport(schema, spineColumns);
        }

        @Override
        protected WriteSupport<@Nullable Object[]> getWriteSupport(ParquetConfiguration plain) {
            return new RowSupport(schema, spineColumns);
        }
    }

    /** Writes the spine's cells, which are as Parquet holds them, and then values of features. */
    private static final class RowSupport extends WriteSupport<@Nullable Object[]> {

        private final MessageType schema;
        private final int spineColumns;
        private @Nullable RecordConsumer record;

        RowSupport(MessageType schema, int spineColumns) {
            this.schema = schema;
            this.spineColumns = spineColumns;
        }

        @Override
        @SuppressWarnings("deprecation") // As above.
        public WriteContext init(Configuration hadoop) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public WriteContext init(ParquetConfiguration plain) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            record = consumer;
        }

        @Override
        public void write(@Nullable Object[] row) {
            RecordConsumer to = java.util.Objects.requireNonNull(record);
            to.startMessage();
            for (int i = 0; i < spineColumns; i++) {
                Object cell = row[i];
                if (cell != null) {
                    String name = schema.getFieldName(i);
                    to.startField(name, i);
                    add(to, cell);
                    to.endField(name, i);
                }
            }
            for (int i = spineColumns; i < row.length; i++) {
                field(to, schema, i, row[i]);
            }
            to.endMessage();
        }

        private static void field(RecordConsumer to, GroupType group, int index, @Nullable Object value) {
            if (value != null) {
                String name = group.getFieldName(index);
                to.startField(name, index);
                value(to, group.getType(index), value);
                to.endField(name, index);
            }
        }

        private static void value(RecordConsumer to, Type type, Object value) {
            if (type.isPrimitive()) {
                add(to, FeatureValues.cell(value, type.asPrimitiveType()));
                return;
            }
            GroupType group = type.asGroupType();
            to.startGroup();
            if (value instanceof List<?> list) {
                repeated(to, group, list, (entry, element) -> field(to, entry, 0, element));
            } else if (group.getLogicalTypeAnnotation() != null) {
                repeated(to, group, ((Map<?, ?>) value).entrySet(), (entry, member) -> {
                    field(to, entry, 0, member.getKey());
                    field(to, entry, 1, member.getValue());
                });
            } else {
                Map<?, ?> struct = (Map<?, ?>) value;
                for (int i = 0; i < group.getFieldCount(); i++) {
                    field(to, group, i, struct.get(group.getFieldName(i)));
                }
            }
            to.endGroup();
        }

        /** The only field of a list or a map: a group for each of its elements. */
        private static <T> void repeated(
                RecordConsumer to, GroupType group, Collection<T> elements, BiConsumer<GroupType, T> writer) {
            if (!elements.isEmpty()) {
                String name = group.getFieldName(0);
                to.startField(name, 0);
                for (T element : elements) {
                    to.startGroup();
                    writer.accept(group.getType(0).asGroupType(), element);
                    to.endGroup();
                }
                to.endField(name, 0);
            }
        }

        private static void add(RecordConsumer to, Object cell) {
            if (cell instanceof Long number) {
                to.addLong(number);
            } else if (cell instanceof Double number) {
                to.addDouble(number);
            } else if (cell instanceof Binary bytes) {
                to.addBinary(bytes);
            } else if (cell instanceof Boolean flag) {
                to.addBoolean(flag);
            } else if (cell instanceof Integer number) {
                to.addInteger(number);
            } else if (cell instanceof Float number) {
                to.addFloat(number);
            } else {
                throw new IllegalStateException("a cell of " + cell.getClass());
            }
        }
    }
}
