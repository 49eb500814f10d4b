package dev.tidemark.local.mapping;

import dev.tidemark.kinesis.file.CheckedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A mapping's checkpoints by shard, in one small JSON file that is replaced in one step. It belongs to one incarnation
 * of a stream: a stream created again starts from the beginning. Thread-safe.
 */
final class CheckpointFile {

    private final @Nullable Path path;
    private final String stream;
    private final Map<String, Checkpoint> shards = new TreeMap<>();

    private CheckpointFile(@Nullable Path path, String stream) {
        this.path = path;
        this.stream = stream;
    }

    /**
     * One shard's.
     *
     * @param sequenceNumber everything up to it is done; null: nothing yet
     * @param finished whether the shard is closed and all of it is done
     */
    record Checkpoint(@Nullable String sequenceNumber, boolean finished) {}

    private record Content(String stream, Map<String, Checkpoint> shards) {}

    /**
     * Reads the file, if there is one.
     *
     * @param path null: nothing is kept
     * @param stream name and creation time of the stream
     */
    static CheckpointFile open(@Nullable Path path, String stream) throws IOException {
        CheckpointFile file = new CheckpointFile(path, stream);
        if (path != null && Files.exists(path)) {
            Content content = CheckedFile.read(path, Content.class);
            if (content.stream().equals(stream)) {
                file.shards.putAll(content.shards());
            }
        }
        return file;
    }

    synchronized @Nullable Checkpoint get(String shardId) {
        return shards.get(shardId);
    }

    synchronized void put(String shardId, Checkpoint checkpoint) throws IOException {
        shards.put(shardId, checkpoint);
        if (path == null) {
            return;
        }
        Files.createDirectories(path.toAbsolutePath().getParent());
        CheckedFile.write(path, new Content(stream, shards));
    }
}
