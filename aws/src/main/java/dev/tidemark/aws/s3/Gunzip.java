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

    /** Deflate's best ratio; it bounds what a damaged length can allocate. */
    private static final long MAX_RATIO = 1_032;

    private Gunzip() {}

    /**
     * The content. The last four bytes say its length, so a buffer of that size saves copying.
     *
     * @throws IOException if the object is cut off or changed, according to the checksum at its end
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
