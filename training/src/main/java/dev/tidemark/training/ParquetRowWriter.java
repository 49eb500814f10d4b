package dev.tidemark.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** A Parquet file, compressed with zstd, in row groups small enough to write many features in little memory. */
final class ParquetRowWriter implements RowWriter {

    private static final long ROW_GROUP_BYTES = 32L << 20;

    private final ParquetWriter<@Nullable Object[]> out;
    private final List<PrimitiveType> columns;
    private final int spineColumns;

    ParquetRowWriter(Path file, List<PrimitiveType> columns, int spineColumns) throws IOException {
        this.columns = columns;
        this.spineColumns = spineColumns;
        this.out = new Builder(new LocalOutputFile(file), new MessageType("training_set", List.<Type>copyOf(columns)))
                .withConf(new PlainParquetConfiguration())
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withCodecFactory(new ParquetCodecs())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize(ROW_GROUP_BYTES)
                .build();
    }

    @Override
    public void write(Spine spine, @Nullable Object[] values) throws IOException {
        @Nullable Object[] cells = new Object[columns.size()];
        for (int i = 0; i < spineColumns; i++) {
            cells[i] = spine.cell(i);
        }
        for (int i = 0; i < values.length; i++) {
            cells[spineColumns + i] = FeatureValues.cell(values[i], columns.get(spineColumns + i));
        }
        out.write(cells);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private static final class Builder extends ParquetWriter.Builder<@Nullable Object[], Builder> {

        private final MessageType schema;

        Builder(OutputFile file, MessageType schema) {
            super(file);
            this.schema = schema;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // Abstract, so it must be here; never called without Hadoop's configuration.
        protected WriteSupport<@Nullable Object[]> getWriteSupport(Configuration hadoop) {
            return new CellSupport(schema);
        }

        @Override
        protected WriteSupport<@Nullable Object[]> getWriteSupport(ParquetConfiguration plain) {
            return new CellSupport(schema);
        }
    }

    private static final class CellSupport extends WriteSupport<@Nullable Object[]> {

        private final MessageType schema;
        private @Nullable RecordConsumer record;

        CellSupport(MessageType schema) {
            this.schema = schema;
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
        public void write(@Nullable Object[] cells) {
            RecordConsumer to = java.util.Objects.requireNonNull(record);
            to.startMessage();
            for (int i = 0; i < cells.length; i++) {
                Object cell = cells[i];
                if (cell != null) {
                    String name = schema.getFieldName(i);
                    to.startField(name, i);
                    add(to, cell);
                    to.endField(name, i);
                }
            }
            to.endMessage();
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
