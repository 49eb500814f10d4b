package dev.tidemark.aws.s3;

import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Items of a checkpoint as docs/format.md describes them: gzip over binary fields. */
final class CheckpointItemsFormat {

    private static final int MAGIC = 0x544D434B; // "TMCK"
    private static final int FORMAT_VERSION = 1;
    private static final int BUFFER_BYTES = 65_536;

    private CheckpointItemsFormat() {}

    static byte[] write(List<Found> items) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(BUFFER_BYTES);
        try (OutputStream gzip = new FastGzip(bytes)) {
            writeItems(items, gzip);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** The bytes before compression; leaves the stream open. */
    static void writeItems(List<Found> items, OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        out.writeInt(MAGIC);
        out.writeByte(FORMAT_VERSION);
        out.writeInt(items.size());
        for (Found found : items) {
            write(out, found.key().partitionKey().getBytes(StandardCharsets.UTF_8));
            write(out, found.key().sortKey().getBytes(StandardCharsets.UTF_8));
            write(out, found.item().mark().text().getBytes(StandardCharsets.UTF_8));
            out.writeLong(found.item().expiresAtSeconds());
            write(out, found.item().body());
        }
        out.flush();
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** @throws InvalidObjectException if the bytes are damaged, cut off, or of another format version */
    static List<Found> read(byte[] gzip) {
        try (DataInputStream in =
                new DataInputStream(new GZIPInputStream(new ByteArrayInputStream(gzip), BUFFER_BYTES))) {
            if (in.readInt() != MAGIC) {
                throw new InvalidObjectException("it holds no items of a checkpoint");
            }
            int version = in.readUnsignedByte();
            if (version != FORMAT_VERSION) {
                throw new InvalidObjectException("it is of format " + version + ", and this version of Tidemark reads "
                        + "format " + FORMAT_VERSION + " (use the version that wrote it, or a later one)");
            }
            int count = in.readInt();
            List<Found> items = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                items.add(item(in));
            }
            if (in.read() >= 0) {
                throw new InvalidObjectException("more follows after its " + count + " items");
            }
            return items;
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidObjectException("it is not readable (" + e + ")", e);
        }
    }

    private static Found item(DataInputStream in) throws IOException {
        String partitionKey = text(in);
        ItemKey key = ItemKey.parse(partitionKey, text(in));
        Position mark = Position.parse(text(in));
        long expiresAtSeconds = in.readLong();
        return new Found(key, new StoredItem(mark, bytes(in), expiresAtSeconds));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    /** A damaged length cannot allocate much, because the stream ends first. */
    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        byte[] bytes = length < 0 ? new byte[0] : in.readNBytes(length);
        if (bytes.length != length) {
            throw new InvalidObjectException("it ends in the middle of an item");
        }
        return bytes;
    }

    /** Bodies are compact already, so a higher level takes longer and saves little. */
    private static final class FastGzip extends GZIPOutputStream {

        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
