package dev.tidemark.localstack;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.github.luben.zstd.Zstd;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.s3.S3Files;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * A user's training step, as a Lambda function of its own. Its "model" knows the labels, so that it is better than what was served
 * for certain; whether it also has rows to learn from, it checks.
 */
public final class TrainingStep implements RequestHandler<Map<String, Object>, Map<String, Object>> {

    private static final MessageType SCORES = MessageTypeParser.parseMessageType(
            "message scores { required binary id (STRING); required double score; }");

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> train, Context context) {
        String set = String.valueOf(train.get("set"));
        try (AwsClients clients = AwsClients.of(System.getenv())) {
            S3Files bucket = new S3Files(clients.s3(), set.split("/", 4)[2]);
            Path folder = Files.createTempDirectory("train");
            Path rows = folder.resolve("training-set.parquet");
            if (!bucket.get(bucket.key(set) + "training-set.parquet", rows).join()) {
                throw new IllegalStateException("no training set in " + set);
            }
            String out = bucket.key(String.valueOf(train.get("out")));
            bucket.put(out + "scores.parquet", scores(folder, holdout(rows))).join();
            bucket.put(
                            out + "candidate.json",
                            Files.writeString(
                                    folder.resolve("candidate.json"),
                                    "{\"version\": \"v1\", \"artifact\": \"s3://models/v1\"}"))
                    .join();
            return Map.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those whose split it is; there must be others, for training. */
    private static List<Group> holdout(Path file) throws IOException {
        List<Group> holdout = new ArrayList<>();
        int others = 0;
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new ZstdOnly())
                .build();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            MessageType schema = reader.getFooter().getFileMetaData().getSchema();
            for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
                RecordReader<Group> rows = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
                for (long left = pages.getRowCount(); left > 0; left--) {
                    Group row = rows.read();
                    if (row.getString("split", 0).equals("holdout")) {
                        holdout.add(row);
                    } else {
                        others++;
                    }
                }
            }
        }
        if (others == 0) {
            throw new IllegalStateException("none of the rows is for training");
        }
        return holdout;
    }

    private static Path scores(Path folder, List<Group> rows) throws IOException {
        Path file = folder.resolve("scores.parquet");
        try (ParquetWriter<Group> out = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(SCORES)
                .build()) {
            for (Group row : rows) {
                boolean isYes =
                        Double.parseDouble(row.getValueToString(row.getType().getFieldIndex("label"), 0)) > 0;
                out.write(new SimpleGroup(SCORES)
                        .append("id", row.getString("id", 0))
                        .append("score", isYes ? 0.9 : 0.1));
            }
        }
        return file;
    }

    /** What training sets are compressed with; Parquet's own factory asks Hadoop. */
    private static final class ZstdOnly implements CompressionCodecFactory {

        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName codec) {
            throw new UnsupportedOperationException("nothing is compressed here");
        }

        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
            if (codec != CompressionCodecName.ZSTD) {
                throw new IllegalArgumentException("compressed with " + codec);
            }
            return new BytesInputDecompressor() {
                @Override
                public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
                    return BytesInput.from(Zstd.decompress(bytes.toInputStream().readAllBytes(), decompressedSize));
                }

                @Override
                public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize) {
                    byte[] compressed = new byte[compressedSize];
                    input.get(compressed);
                    output.put(Zstd.decompress(compressed, decompressedSize));
                }

                @Override
                public void release() {}
            };
        }

        @Override
        public void release() {}
    }
}
