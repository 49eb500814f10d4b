package dev.tidemark.local.kinesis;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The records of one shard in an append-only file. Each frame is {@code length:int, crc32:int, body}; the body is
 * {@code ordinal:long, arrivalMillis:long, keyLength:short, key:UTF-8, data}, all big-endian.
 *
 * <p>A record is handed to the operating system before its put is answered, so it survives a kill of the process. A
 * kill in the middle of a write leaves a torn last frame, which is cut off when the file is opened: its put was never
 * answered. Not thread-safe; the stream's lock guards it.
 */
final class ShardFile implements AutoCloseable {

    private static final int FRAME_HEAD = 8;
    private static final int BODY_HEAD = 18;
    private static final int MAX_BODY = BODY_HEAD + 4 * 256 + Checks.MAX_RECORD_BYTES;

    private final Path path;
    private FileChannel channel;

    private ShardFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** One stored record. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Entry(long ordinal, long arrivalMillis, String partitionKey, byte[] data) {}

    /** Opens the file, creating it if it is absent, and adds what it holds to {@code into}, oldest first. */
    static ShardFile open(Path path, List<Entry> into) throws IOException {
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        long good = readAll(path, channel.size(), into);
        channel.truncate(good);
        channel.position(good);
        return new ShardFile(path, channel);
    }

    /** Returns where the last whole frame ends. */
    private static long readAll(Path path, long size, List<Entry> into) throws IOException {
        long at = 0;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16))) {
            while (size - at >= FRAME_HEAD) {
                int length = in.readInt();
                int crc = in.readInt();
                if (length < BODY_HEAD || length > MAX_BODY) {
                    throw new IOException(damage(path, at));
                }
                long end = at + FRAME_HEAD + length;
                if (end > size) {
                    break;
                }
                byte[] body = in.readNBytes(length);
                if (crc(body, 0, length) != crc) {
                    if (end == size) {
                        break;
                    }
                    throw new IOException(damage(path, at));
                }
                into.add(decode(body));
                at = end;
            }
        }
        return at;
    }

    private static String damage(Path path, long at) {
        return "the stream's file " + path + " is damaged at byte " + at
                + " and was not only cut short; restore it, or start with an empty data directory";
    }

    /**
     * Appends all of the entries, or none if this fails.
     *
     * @throws IOException if the disk refuses them
     */
    void append(List<Entry> entries) throws IOException {
        ByteBuffer frames = encode(entries);
        long before = channel.position();
        try {
            while (frames.hasRemaining()) {
                channel.write(frames);
            }
        } catch (IOException e) {
            channel.truncate(before);
            throw e;
        }
    }

    /** Replaces the file's content, in one step, by the entries that are still needed. */
    void rewrite(List<Entry> entries) throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".new");
        FileChannel fresh = FileChannel.open(
                temporary,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileChannel old = channel;
        channel = fresh;
        for (Entry entry : entries) {
            append(List.of(entry));
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        old.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static ByteBuffer encode(List<Entry> entries) {
        List<byte[]> keys = new ArrayList<>(entries.size());
        int size = 0;
        for (Entry entry : entries) {
            byte[] key = entry.partitionKey().getBytes(StandardCharsets.UTF_8);
            keys.add(key);
            size += FRAME_HEAD + BODY_HEAD + key.length + entry.data().length;
        }
        byte[] bytes = new byte[size];
        ByteBuffer frames = ByteBuffer.wrap(bytes);
        for (int i = 0; i < entries.size(); i++) {
            put(frames, bytes, entries.get(i), keys.get(i));
        }
        return frames.flip();
    }

    private static void put(ByteBuffer frames, byte[] bytes, Entry entry, byte[] key) {
        int head = frames.position();
        int body = head + FRAME_HEAD;
        frames.position(body);
        frames.putLong(entry.ordinal()).putLong(entry.arrivalMillis()).putShort((short) key.length);
        frames.put(key).put(entry.data());
        int length = frames.position() - body;
        frames.putInt(head, length).putInt(head + 4, crc(bytes, body, length));
    }

    private static Entry decode(byte[] bytes) {
        ByteBuffer body = ByteBuffer.wrap(bytes);
        long ordinal = body.getLong();
        long arrivalMillis = body.getLong();
        byte[] key = new byte[body.getShort()];
        body.get(key);
        byte[] data = new byte[body.remaining()];
        body.get(data);
        return new Entry(ordinal, arrivalMillis, new String(key, StandardCharsets.UTF_8), data);
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
