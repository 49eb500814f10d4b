package dev.tidemark.cli.imports;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.change.ImportRows;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.stream.RawRecord;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an import on disk, divided into parts by their partition keys. First all rows are {@linkplain #add added}, in
 * any order; then they are {@linkplain #parts divided}, which sorts one part at a time in memory; then they can be read.
 */
final class Spool implements ImportRows, AutoCloseable {

    /** Rows of one part are in memory while they are sorted, and their items while they are folded. */
    static final int ROWS_OF_A_PART = 250_000;

    private static final int BUCKETS = 256;
    private static final int BUFFER_BYTES = 16 << 10;

    private static final Comparator<Row> ORDER = Comparator.comparingLong(Row::millis)
            .thenComparing(Row::event, Arrays::compareUnsigned)
            .thenComparing(Row::key);

    private final Path folder;
    private final int rowsOfAPart;
    private final long arrivalDelayMillis;
    private final @Nullable DataOutputStream[] buckets = new DataOutputStream[BUCKETS];
    private long rows;
    private long dropped;
    private long bytes;

    @SuppressWarnings("ArrayRecordComponent") // Compared by ORDER only.
    private record Row(long millis, String key, byte[] event) {}

    /** Looks at rows, or decides which stay. */
    @FunctionalInterface
    interface Choice {

        boolean takes(long eventTimeMillis, byte[] event);
    }

    /** @param folder empty; its content is deleted when the spool is closed */
    Spool(Path folder, long arrivalDelayMillis, int rowsOfAPart) {
        this.folder = folder;
        this.arrivalDelayMillis = arrivalDelayMillis;
        this.rowsOfAPart = rowsOfAPart;
    }

    /** How many there are, without those that were dropped. */
    long rows() {
        return rows - dropped;
    }

    long dropped() {
        return dropped;
    }

    /** Of the events of all parts. */
    long bytes() {
        return bytes;
    }

    void add(MappedRow row) {
        int bucket = bucket(row.partitionKey());
        try {
            DataOutputStream out = buckets[bucket];
            if (out == null) {
                out = writer(bucketFile(bucket));
                buckets[bucket] = out;
            }
            write(out, new Row(row.eventTimeMillis(), row.partitionKey(), row.event()));
        } catch (IOException e) {
            throw full(e);
        }
        rows++;
    }

    /** By a hash that no runtime changes. */
    private static int bucket(String key) {
        return sha256().digest(key.getBytes(StandardCharsets.UTF_8))[0] & 0xFF;
    }

    /** Shows every row that was added, in any order. */
    void each(Choice shown) {
        try {
            for (int bucket = 0; bucket < BUCKETS; bucket++) {
                DataOutputStream out = buckets[bucket];
                if (out != null) {
                    out.flush();
                    showAll(bucketFile(bucket), shown);
                }
            }
        } catch (IOException e) {
            throw full(e);
        }
    }

    private static void showAll(Path file, Choice shown) throws IOException {
        try (DataInputStream in = reader(file)) {
            for (Row row = read(in); row != null; row = read(in)) {
                shown.takes(row.millis(), row.event());
            }
        }
    }

    /**
     * The parts that have rows. Nothing can be added any more.
     *
     * @param kept which rows stay; asked once for each, in the order of its part
     */
    List<Part> parts(Choice kept) {
        int parts = 1;
        while (parts < BUCKETS && rows / parts > rowsOfAPart) {
            parts *= 2;
        }
        try {
            for (DataOutputStream out : buckets) {
                if (out != null) {
                    out.close();
                }
            }
            List<Part> found = new ArrayList<>();
            for (int part = 0; part < parts; part++) {
                Part sorted = sorted(part, parts, kept);
                if (sorted != null) {
                    found.add(sorted);
                }
            }
            return found;
        } catch (IOException e) {
            throw full(e);
        }
    }

    private @Nullable Part sorted(int part, int parts, Choice kept) throws IOException {
        List<Row> all = new ArrayList<>();
        for (int bucket = part; bucket < BUCKETS; bucket += parts) {
            if (buckets[bucket] != null) {
                readAll(bucketFile(bucket), all);
                Files.delete(bucketFile(bucket));
            }
        }
        all.sort(ORDER);
        int added = all.size();
        all.removeIf(row -> !kept.takes(row.millis(), row.event()));
        dropped += added - all.size();
        if (all.isEmpty()) {
            return null;
        }
        MessageDigest digest = sha256();
        try (DataOutputStream out = writer(partFile(part))) {
            for (Row row : all) {
                write(out, row);
                bytes += row.event().length;
                digest.update(row.event());
                digest.update((byte) '\n');
            }
        }
        return new Part(part, all.size(), HexFormat.of().formatHex(digest.digest()));
    }

    private static void readAll(Path file, List<Row> into) throws IOException {
        try (DataInputStream in = reader(file)) {
            for (Row row = read(in); row != null; row = read(in)) {
                into.add(row);
            }
        }
    }

    @Override
    public Cursor open(int part) {
        try {
            return new PartCursor(reader(partFile(part)));
        } catch (IOException e) {
            throw new UncheckedIOException("reading the rows of part " + part, e);
        }
    }

    private final class PartCursor implements Cursor {

        private final DataInputStream in;
        private long number;

        PartCursor(DataInputStream in) {
            this.in = in;
        }

        @Override
        public CompletableFuture<List<RawRecord>> next(int most) {
            List<RawRecord> records = new ArrayList<>();
            try {
                while (records.size() < most) {
                    Row row = read(in);
                    if (row == null) {
                        break;
                    }
                    records.add(new RawRecord(
                            Part.position(++number), row.millis() + arrivalDelayMillis, row.key(), row.event()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("reading the rows of an import", e);
            }
            return CompletableFuture.completedFuture(records);
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException e) {
                throw new UncheckedIOException("closing the rows of an import", e);
            }
        }
    }

    private Path bucketFile(int bucket) {
        return folder.resolve("bucket-" + bucket);
    }

    private Path partFile(int part) {
        return folder.resolve("part-" + part);
    }

    private static DataOutputStream writer(Path file) throws IOException {
        return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
    }

    private static DataInputStream reader(Path file) throws IOException {
        return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
    }

    private static void write(DataOutputStream out, Row row) throws IOException {
        byte[] key = row.key().getBytes(StandardCharsets.UTF_8);
        out.writeLong(row.millis());
        out.writeInt(key.length);
        out.write(key);
        out.writeInt(row.event().length);
        out.write(row.event());
    }

    private static @Nullable Row read(DataInputStream in) throws IOException {
        long millis;
        try {
            millis = in.readLong();
        } catch (EOFException e) {
            return null;
        }
        String key = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        return new Row(millis, key, in.readNBytes(in.readInt()));
    }

    private Failure full(IOException e) {
        return new Failure("the rows do not fit into " + folder + " (" + e.getMessage()
                + "): make room, or name a folder on another disk with --work-dir; nothing was imported");
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() {
        for (DataOutputStream out : buckets) {
            closeUnwritten(out);
        }
        try {
            try (var files = Files.list(folder)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("deleting " + folder, e);
        }
    }

    /** What no longer fits onto a full disk is deleted anyway. */
    private static void closeUnwritten(@Nullable DataOutputStream out) {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException ofNoUse) {
            return;
        }
    }
}
