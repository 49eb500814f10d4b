package dev.tidemark.kinesis;

import dev.tidemark.kinesis.file.DamagedFile;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The records of one shard in an append-only file. Each frame is {@code length:int, crc32:int, body}; the body is
 * {@code ordinal:long, arrivalMillis:long, keyLength:short, key:UTF-8, data}, all big-endian. Ordinals have no gaps and
 * arrival times do not decrease. Memory holds only where every 64th KiB begins.
 *
 * <p>A record is handed to the operating system before its put is answered, so it survives a kill of the process. A
 * kill in the middle of a write leaves a torn last frame, which is cut off when the file is opened: its put was never
 * answered. Any other difference is damage, and is named. Not thread-safe; the stream's lock guards it.
 *
 * <p>Files are not channels: a channel closes itself, for every thread, when one that uses it is interrupted.
 */
final class ShardFile implements AutoCloseable {

    private static final int FRAME_HEAD = 8;
    private static final int BODY_HEAD = 18;
    private static final int MAX_BODY = BODY_HEAD + 4 * 256 + Checks.MAX_RECORD_BYTES;
    private static final int MARK_BYTES = 64 * 1024;
    private static final int COPY_BYTES = 64 * 1024;

    private final @Nullable Path path;
    private RandomAccessFile file;

    /** Where the next frame goes; bytes after it are left from a failed write. */
    private long end;

    private long nextOrdinal = 1;
    private long lastArrivalMillis = Long.MIN_VALUE;
    private List<Mark> marks = new ArrayList<>();

    private ShardFile(@Nullable Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
    }

    /** One stored record. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Entry(long ordinal, long arrivalMillis, String partitionKey, byte[] data) {}

    /** Where a frame begins. */
    private record Mark(long ordinal, long arrivalMillis, long position) {}

    /**
     * An empty file.
     *
     * @param path null: a temporary file without a name, which the operating system deletes when the process ends
     */
    static ShardFile create(@Nullable Path path) throws IOException {
        if (path == null) {
            return new ShardFile(null, nameless());
        }
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        file.setLength(0);
        return new ShardFile(path, file);
    }

    private static RandomAccessFile nameless() throws IOException {
        File temporary = Files.createTempFile("tidemark-shard-", ".log").toFile();
        RandomAccessFile file = new RandomAccessFile(temporary, "rw");
        if (!temporary.delete()) {
            // Windows keeps the name of an open file.
            temporary.deleteOnExit();
        }
        return file;
    }

    /**
     * A file as it was stored; a torn last frame is cut off.
     *
     * @throws DamagedFile if it is not as it was written
     */
    static ShardFile open(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new DamagedFile(path, "is missing, and with it the records of this shard");
        }
        if (Files.isDirectory(path)) {
            throw new DamagedFile(path, "is a directory");
        }
        ShardFile opened = new ShardFile(path, new RandomAccessFile(path.toFile(), "rw"));
        try {
            opened.readAll();
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    private void readAll() throws IOException {
        end = file.length();
        Frames frames = new Frames(0);
        long good = 0;
        boolean first = true;
        for (Entry entry = frames.next(); entry != null; entry = frames.next()) {
            if (!first && (entry.ordinal() != nextOrdinal || entry.arrivalMillis() < lastArrivalMillis)) {
                throw damage(good);
            }
            mark(entry, good);
            good = frames.at;
            first = false;
        }
        if (good < end && !isTorn(good)) {
            throw damage(good);
        }
        if (good < end) {
            end = good;
            file.setLength(good);
        }
    }

    /** Whether the bytes here, whose length field points beyond the file, are an unfinished frame. */
    private boolean isTorn(long at) throws IOException {
        if (end - at < FRAME_HEAD) {
            return true;
        }
        byte[] rest = new byte[(int) (end - at)];
        file.seek(at);
        file.readFully(rest);
        int crc = ByteBuffer.wrap(rest).getInt(4);
        // A frame that is valid with a shorter length was not torn: its length was changed.
        CRC32 sum = new CRC32();
        for (int i = FRAME_HEAD; i < rest.length; i++) {
            sum.update(rest[i]);
            if ((int) sum.getValue() == crc) {
                return false;
            }
        }
        return true;
    }

    private void mark(Entry entry, long position) {
        if (marks.isEmpty() || position - marks.get(marks.size() - 1).position() >= MARK_BYTES) {
            marks.add(new Mark(entry.ordinal(), entry.arrivalMillis(), position));
        }
        nextOrdinal = entry.ordinal() + 1;
        lastArrivalMillis = entry.arrivalMillis();
    }

    private IOException damage(long at) {
        return path == null
                ? new IOException("a temporary file in " + System.getProperty("java.io.tmpdir")
                        + " does not hold what was written to it: start again")
                : new DamagedFile(path, "is damaged at byte " + at + " and was not only cut short");
    }

    /** The first ordinal of the file, {@link #nextOrdinal} if it holds nothing. */
    long firstOrdinal() {
        return marks.isEmpty() ? nextOrdinal : marks.get(0).ordinal();
    }

    long nextOrdinal() {
        return nextOrdinal;
    }

    /** When the oldest record arrived; the greatest number if there is none. */
    long firstArrivalMillis() {
        return marks.isEmpty() ? Long.MAX_VALUE : marks.get(0).arrivalMillis();
    }

    /** When the newest record arrived; the least number if there is none. */
    long lastArrivalMillis() {
        return lastArrivalMillis;
    }

    long sizeBytes() {
        return end;
    }

    /** About how many bytes are before an ordinal. */
    long bytesBefore(long ordinal) {
        return framesBefore(ordinal).at;
    }

    /**
     * Appends all of the entries, or none if this fails. Their ordinals continue from {@link #nextOrdinal()}.
     *
     * @throws IOException if the disk refuses them
     */
    void append(List<Entry> entries) throws IOException {
        List<byte[]> frames = entries.stream().map(ShardFile::encode).toList();
        byte[] bytes = new byte[frames.stream().mapToInt(frame -> frame.length).sum()];
        int length = 0;
        for (byte[] frame : frames) {
            System.arraycopy(frame, 0, bytes, length, frame.length);
            length += frame.length;
        }
        write(bytes);
        for (int i = 0; i < entries.size(); i++) {
            mark(entries.get(i), end);
            end += frames.get(i).length;
        }
    }

    private void write(byte[] bytes) throws IOException {
        if (file.length() > end) {
            // Left from an earlier failed write that could not be undone then.
            file.setLength(end);
        }
        try {
            file.seek(end);
            file.write(bytes);
        } catch (IOException e) {
            try {
                file.setLength(end);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** Entries from an ordinal on, at least one if there is any, at most {@code max} and about {@code maxBytes} of data. */
    List<Entry> read(long ordinal, int max, long maxBytes) throws IOException {
        List<Entry> found = new ArrayList<>();
        if (ordinal >= nextOrdinal) {
            return found;
        }
        Frames frames = framesBefore(ordinal);
        long bytes = 0;
        while (frames.at < end && found.size() < max) {
            Entry entry = frames.existing();
            if (entry.ordinal() < ordinal) {
                continue;
            }
            bytes += entry.data().length;
            if (bytes > maxBytes && !found.isEmpty()) {
                break;
            }
            found.add(entry);
        }
        return found;
    }

    /** From the last indexed place not after an ordinal, or from the beginning. */
    private Frames framesBefore(long ordinal) {
        int low = 0;
        int high = marks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (marks.get(middle).ordinal() <= ordinal) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return new Frames(marks.get(low).position());
    }

    /** The ordinal of the first entry that arrived at or after a moment; the next one's if none has. */
    long ordinalAt(long millis) throws IOException {
        if (lastArrivalMillis < millis) {
            return nextOrdinal;
        }
        int low = 0;
        int high = marks.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (marks.get(middle).arrivalMillis() < millis) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Frames frames = new Frames(marks.get(low).position());
        Entry entry = frames.existing();
        while (entry.arrivalMillis() < millis) {
            entry = frames.existing();
        }
        return entry.ordinal();
    }

    /** Replaces the file, in one step, by one without the entries before an ordinal that it has. */
    void dropBefore(long ordinal) throws IOException {
        Frames frames = framesBefore(ordinal);
        long from = frames.at;
        Entry entry = frames.existing();
        while (entry.ordinal() < ordinal) {
            from = frames.at;
            entry = frames.existing();
        }
        Path temporary = path == null ? null : path.resolveSibling(path.getFileName() + ".new");
        ShardFile fresh = create(temporary);
        try {
            copy(from, fresh.file);
            if (path != null && temporary != null) {
                Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            fresh.close();
            throw e;
        }
        file.close();
        file = fresh.file;
        List<Mark> kept = new ArrayList<>();
        kept.add(new Mark(entry.ordinal(), entry.arrivalMillis(), 0));
        for (Mark mark : marks) {
            if (mark.position() > from) {
                kept.add(new Mark(mark.ordinal(), mark.arrivalMillis(), mark.position() - from));
            }
        }
        marks = kept;
        end -= from;
    }

    private void copy(long from, RandomAccessFile to) throws IOException {
        byte[] buffer = new byte[COPY_BYTES];
        file.seek(from);
        long left = end - from;
        while (left > 0) {
            int length = (int) Math.min(left, buffer.length);
            file.readFully(buffer, 0, length);
            to.write(buffer, 0, length);
            left -= length;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Deletes what an interrupted {@link #dropBefore} left. */
    static void deleteLeftOver(Path path) throws IOException {
        Files.deleteIfExists(path.resolveSibling(path.getFileName() + ".new"));
    }

    /** Reads frame after frame. */
    private final class Frames {

        private final DataInputStream in;
        private long at;

        Frames(long at) {
            this.at = at;
            this.in = new DataInputStream(new BufferedInputStream(new Bytes(at)));
        }

        /** The next entry; null if no complete one is left. */
        @Nullable
        Entry next() throws IOException {
            if (end - at < FRAME_HEAD) {
                return null;
            }
            int length = in.readInt();
            int crc = in.readInt();
            if (length < BODY_HEAD || length > MAX_BODY) {
                throw damage(at);
            }
            if (at + FRAME_HEAD + length > end) {
                return null;
            }
            byte[] body = in.readNBytes(length);
            if (body.length < length || crc(body, 0, length) != crc) {
                throw damage(at);
            }
            at += FRAME_HEAD + length;
            return decode(body);
        }

        /** The next entry, which must be there. */
        Entry existing() throws IOException {
            Entry entry = next();
            if (entry == null) {
                throw damage(at);
            }
            return entry;
        }
    }

    /** The file's bytes from an offset on; others may read and write it in between. */
    private final class Bytes extends InputStream {

        private long at;

        Bytes(long at) {
            this.at = at;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            file.seek(at);
            int count = file.read(into, offset, (int) Math.min(length, Math.max(1, end - at)));
            at += Math.max(0, count);
            return count;
        }
    }

    private static byte[] encode(Entry entry) {
        byte[] key = entry.partitionKey().getBytes(StandardCharsets.UTF_8);
        int length = BODY_HEAD + key.length + entry.data().length;
        byte[] bytes = new byte[FRAME_HEAD + length];
        ByteBuffer frame = ByteBuffer.wrap(bytes).position(FRAME_HEAD);
        frame.putLong(entry.ordinal()).putLong(entry.arrivalMillis()).putShort((short) key.length);
        frame.put(key).put(entry.data());
        frame.putInt(0, length).putInt(4, crc(bytes, FRAME_HEAD, length));
        return bytes;
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
