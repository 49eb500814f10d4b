package dev.tidemark.training;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Reads what a {@link PartitionedWriter} wrote, partition by partition. Thread-safe. */
final class PartitionedReader implements AutoCloseable {

    private static final int TRAILER_BYTES = Long.BYTES + Integer.BYTES;

    private final Path file;
    private final FileChannel channel;
    private final List<List<PartitionedWriter.Block>> blocks = new ArrayList<>();

    PartitionedReader(Path file, int partitions) {
        this.file = file;
        for (int i = 0; i < partitions; i++) {
            blocks.add(new ArrayList<>());
        }
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            readIndex();
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw damaged(e);
        }
    }

    private void readIndex() throws IOException {
        long trailerAt = channel.size() - TRAILER_BYTES;
        ByteBuffer trailer = ByteBuffer.wrap(bytes(trailerAt, TRAILER_BYTES));
        long indexAt = trailer.getLong();
        if (trailer.getInt() != PartitionedWriter.MAGIC || indexAt < 0 || indexAt > trailerAt) {
            throw new IllegalArgumentException("it has no end");
        }
        DataInputStream index =
                new DataInputStream(new ByteArrayInputStream(bytes(indexAt, Math.toIntExact(trailerAt - indexAt))));
        int count = index.readInt();
        for (int i = 0; i < count; i++) {
            PartitionedWriter.Block block = new PartitionedWriter.Block(
                    index.readInt(), index.readLong(), index.readInt(), index.readInt(), index.readInt());
            blocks.get(block.partition()).add(block);
        }
    }

    /** The size of a partition, uncompressed. */
    long plainBytes(int partition) {
        return blocks.get(partition).stream()
                .mapToLong(PartitionedWriter.Block::plainBytes)
                .sum();
    }

    /** Reads a partition into a buffer's next bytes, of which there must be {@link #plainBytes}. */
    void read(int partition, ByteBuffer into) {
        try {
            for (PartitionedWriter.Block block : blocks.get(partition)) {
                byte[] compressed = bytes(block.offset(), block.bytes());
                CRC32C checksum = new CRC32C();
                checksum.update(compressed);
                if ((int) checksum.getValue() != block.checksum()) {
                    throw new IllegalArgumentException("a block has another checksum");
                }
                into.put(Zstd.decompress(compressed, block.plainBytes()));
            }
        } catch (IOException | IllegalArgumentException e) {
            throw damaged(e);
        }
    }

    private byte[] bytes(long offset, int length) throws IOException {
        if (offset < 0) {
            throw new IllegalArgumentException("it is cut off");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, offset + bytes.position());
            if (read < 0) {
                throw new IllegalArgumentException("it is cut off");
            }
        }
        return bytes.array();
    }

    private TrainingSetProblem damaged(Exception e) {
        return new TrainingSetProblem(
                file + " was changed after it was written (" + e.getMessage()
                        + "): remove it, and the same command makes it again",
                e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing " + file, e);
        }
    }
}
