package dev.tidemark.aws.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.GZIPInputStream;

/** Decompresses an object in memory. */
final class Gunzip {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LENGTH_BYTES = 4;

    /** Deflate cannot do better, so that a damaged length makes nobody allocate more. */
    private static final long MAX_RATIO = 1_032;

    private Gunzip() {}

    /**
     * The content, whose length the last four bytes say: a buffer of that size spares copying.
     *
     * @throws IOException if the object is cut off or changed; the checksum at its end tells
     */
    static byte[] all(byte[] gzip) throws IOException {
        if (gzip.length < LENGTH_BYTES) {
            throw new IOException("cut off after " + gzip.length + " bytes");
        }
        int length = ByteBuffer.wrap(gzip).order(ByteOrder.LITTLE_ENDIAN).getInt(gzip.length - LENGTH_BYTES);
        if (length < 0 || length > gzip.length * MAX_RATIO) {
            throw new IOException("cut off, or longer than 2 GiB");
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip), BUFFER_BYTES)) {
            byte[] content = new byte[length];
            if (in.readNBytes(content, 0, length) != length || in.read() >= 0) {
                throw new IOException("not of the length that its end says");
            }
            return content;
        }
    }
}
