package dev.tidemark.formats;

import dev.tidemark.core.catalog.FormatDefinition.Compression;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Undoes a compression, within bounds that no record can be made to exceed. */
@FunctionalInterface
interface Inflater {

    /** Every record may become this large, */
    int LEAST_BYTES = 64 << 10;

    /** or so many times as large as it is: texts that repeat themselves rarely shrink more. */
    int MOST_TIMES = 64;

    /** None may become larger. */
    int MOST_BYTES = 16 << 20;

    Inflater NONE = data -> data;

    /** As producers with a schema registry compress what follows their header. */
    Inflater ZLIB = data -> read(data, "zlib", InflaterInputStream::new);

    /** Opens a compressed stream. */
    @FunctionalInterface
    interface Opening {
        InputStream open(InputStream compressed) throws IOException;
    }

    byte[] inflate(byte[] data);

    static Inflater of(@Nullable Compression compression) {
        if (compression == null) {
            return NONE;
        }
        return switch (compression) {
            case GZIP -> data -> read(data, "gzip", Gzip::new);
            case ZSTD -> data -> read(data, "Zstandard", ZstdInputStream::new);
        };
    }

    /** Refuses bytes after the last member, which the JDK's own stream passes over. */
    final class Gzip extends GZIPInputStream {

        private static final int CHECKSUM_BYTES = 8;

        /** @param compressed in memory: with all of it in one buffer, what is left is known in the end */
        Gzip(InputStream compressed) throws IOException {
            super(compressed, Math.max(1, compressed.available()));
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            if (read < 0 && inf.getRemaining() > CHECKSUM_BYTES) {
                throw new ZipException("bytes follow");
            }
            return read;
        }
    }

    private static byte[] read(byte[] data, String name, Opening opening) {
        int most = (int) Math.min(MOST_BYTES, LEAST_BYTES + (long) MOST_TIMES * data.length);
        byte[] inflated;
        try (InputStream in = opening.open(new ByteArrayInputStream(data))) {
            inflated = in.readNBytes(most + 1);
        } catch (IOException | RuntimeException e) {
            // The library for Zstandard has no one exception for damaged bytes.
            throw NotDecoded.because(
                    "the record is not compressed by " + name + ", is damaged, or has bytes after its end");
        }
        if (inflated.length > most) {
            throw NotDecoded.because(
                    "the record of " + data.length + " bytes holds more than " + most + " when it is decompressed",
                    "pack less into one record: at most " + MOST_BYTES + " bytes, and " + MOST_TIMES
                            + " times its size beyond " + LEAST_BYTES);
        }
        return inflated;
    }
}
