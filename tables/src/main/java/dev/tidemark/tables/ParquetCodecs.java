package dev.tidemark.tables;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * The common compressions of Parquet files, directly from their libraries. Parquet's own factory gets them from Hadoop,
 * which reads Hadoop's configuration first and needs all of Hadoop's dependencies.
 */
public final class ParquetCodecs implements CompressionCodecFactory {

    private static final int ZSTD_LEVEL = 3;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        check(codec);
        return new Compressor(codec);
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        check(codec);
        return new Decompressor(codec);
    }

    @Override
    public void release() {}

    private static void check(CompressionCodecName codec) {
        switch (codec) {
            case UNCOMPRESSED, SNAPPY, ZSTD, GZIP -> {}
            default ->
                throw new TableProblem("the Parquet file is compressed with " + codec
                        + ", which is not read here: write it with zstd, snappy, gzip or no compression");
        }
    }

    private static byte[] bytes(BytesInput input) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) input.size());
        input.writeAllTo(bytes);
        return bytes.toByteArray();
    }

    private record Compressor(CompressionCodecName codec) implements BytesInputCompressor {

        @Override
        public BytesInput compress(BytesInput input) throws IOException {
            byte[] plain = bytes(input);
            return switch (codec) {
                case SNAPPY -> BytesInput.from(Snappy.compress(plain));
                case ZSTD -> BytesInput.from(Zstd.compress(plain, ZSTD_LEVEL));
                case GZIP -> BytesInput.from(gzip(plain));
                default -> BytesInput.from(plain);
            };
        }

        private static byte[] gzip(byte[] plain) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
                out.write(plain);
            }
            return bytes.toByteArray();
        }

        @Override
        public CompressionCodecName getCodecName() {
            return codec;
        }

        @Override
        public void release() {}
    }

    private record Decompressor(CompressionCodecName codec) implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput input, int plainBytes) throws IOException {
            return BytesInput.from(plain(bytes(input), plainBytes));
        }

        private byte[] plain(byte[] compressed, int plainBytes) throws IOException {
            return switch (codec) {
                case SNAPPY -> Snappy.uncompress(compressed);
                case ZSTD -> Zstd.decompress(compressed, plainBytes);
                case GZIP -> new GZIPInputStream(new ByteArrayInputStream(compressed)).readNBytes(plainBytes);
                default -> compressed;
            };
        }

        @Override
        public void decompress(ByteBuffer input, int compressedBytes, ByteBuffer output, int plainBytes)
                throws IOException {
            byte[] compressed = new byte[compressedBytes];
            input.get(compressed);
            output.put(plain(compressed, plainBytes));
        }

        @Override
        public void release() {}
    }
}
