package dev.tidemark.formats;

import dev.tidemark.core.catalog.FormatDefinition.Compression;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
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
            case GZIP -> data -> read(data, "gzip", GZIPInputStream::new);
            case ZSTD -> data -> read(data, "Zstandard", ZstdInputStream::new);
        };
    }

    private static byte[] read(byte[] data, String name, Opening opening) {
        int most = (int) Math.min(MOST_BYTES, LEAST_BYTES + (long) MOST_TIMES * data.length);
        byte[] inflated;
        try (InputStream in = opening.open(new ByteArrayInputStream(data))) {
            inflated = in.readNBytes(most + 1);
        } catch (IOException | RuntimeException e) {
            // The library for Zstandard has no one exception for damaged bytes.
            throw NotDecoded.because("the record is not compressed by " + name + ", or is damaged");
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
