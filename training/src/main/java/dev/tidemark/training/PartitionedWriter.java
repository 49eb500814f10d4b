package dev.tidemark.training;

import com.github.luben.zstd.Zstd;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries of many partitions into one file: compressed blocks of one partition each, and at the end where they
 * are. The file gets its name once it is complete, so a file of that name is complete. One thread at a time.
 */
final class PartitionedWriter implements AutoCloseable {

    static final int MAGIC = 0x544D5031;

    private static final int BLOCK_BYTES = 1 << 16;
    private static final int ZSTD_LEVEL = 1;

    private final Path file;
    private final Path unfinished;
    private final DataOutputStream out;
    private final @Nullable Buffer[] buffers;
    private final List<Block> blocks = new ArrayList<>();
    private long offset;
    private boolean finished;

    /**
     * A block of one partition.
     *
     * @param offset where its compressed bytes begin
     * @param plainBytes uncompressed
     * @param checksum of the compressed bytes
     */
    record Block(int partition, long offset, int bytes, int plainBytes, int checksum) {}

    /** Writes one entry. */
    @FunctionalInterface
    interface Entry {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private static final class Buffer {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);
    }

    PartitionedWriter(Path file, int partitions) {
        this.file = file;
        this.unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        this.buffers = new Buffer[partitions];
        try {
            this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished), BLOCK_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + unfinished, e);
        }
    }

    void add(int partition, Entry entry) {
        Buffer buffer = buffers[partition];
        if (buffer == null) {
            buffer = new Buffer();
            buffers[partition] = buffer;
        }
        try {
            entry.writeTo(buffer.out);
            if (buffer.bytes.size() >= BLOCK_BYTES) {
                flush(partition, buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + unfinished, e);
        }
    }

    /** Completes the file. */
    void finish() {
        try {
            for (int partition = 0; partition < buffers.length; partition++) {
                Buffer buffer = buffers[partition];
                if (buffer != null && buffer.bytes.size() > 0) {
                    flush(partition, buffer);
                }
            }
            long indexAt = offset;
            out.writeInt(blocks.size());
            for (Block block : blocks) {
                out.writeInt(block.partition());
                out.writeLong(block.offset());
                out.writeInt(block.bytes());
                out.writeInt(block.plainBytes());
                out.writeInt(block.checksum());
            }
            out.writeLong(indexAt);
            out.writeInt(MAGIC);
            out.close();
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            finished = true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private void flush(int partition, Buffer buffer) throws IOException {
        byte[] plain = buffer.bytes.toByteArray();
        byte[] compressed = Zstd.compress(plain, ZSTD_LEVEL);
        CRC32C checksum = new CRC32C();
        checksum.update(compressed);
        blocks.add(new Block(partition, offset, compressed.length, plain.length, (int) checksum.getValue()));
        out.write(compressed);
        offset += compressed.length;
        buffer.bytes.reset();
    }

    /** Without an earlier {@link #finish}, no file is left. */
    @Override
    public void close() {
        if (!finished) {
            try {
                out.close();
                Files.deleteIfExists(unfinished);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot remove " + unfinished, e);
            }
        }
    }
}
