package dev.tidemark.local.kinesis;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where streams are kept: one folder for each, named by the stream and its creation time, with {@code stream.json} and
 * a file for each shard. Without a directory nothing is stored.
 */
final class StreamFiles {

    private static final String META = "stream.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final @Nullable Path directory;

    StreamFiles(@Nullable Path directory) {
        this.directory = directory;
    }

    /** The streams that were stored. Folders without their description belong to a creation that was cut short. */
    List<StreamMeta> stored() throws IOException {
        List<StreamMeta> found = new ArrayList<>();
        if (directory == null) {
            return found;
        }
        Files.createDirectories(directory);
        try (Stream<Path> folders = Files.list(directory)) {
            for (Path folder : folders.sorted().toList()) {
                Path meta = folder.resolve(META);
                if (Files.exists(meta)) {
                    found.add(JSON.readValue(meta.toFile(), StreamMeta.class));
                }
            }
        }
        return found;
    }

    /** Stores a stream's description in one step: a reader sees the old or the new one. */
    void save(StreamMeta meta) throws IOException {
        Path folder = folder(meta);
        if (folder == null) {
            return;
        }
        Files.createDirectories(folder);
        Path temporary = folder.resolve(META + ".new");
        JSON.writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), meta);
        Files.move(
                temporary, folder.resolve(META), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    Shard openShard(StreamMeta stream, ShardMeta shard, long oldestMillis) throws IOException {
        Path folder = folder(stream);
        return folder == null
                ? Shard.inMemory(shard)
                : Shard.open(shard, Files.createDirectories(folder).resolve(shard.id() + ".log"), oldestMillis);
    }

    /** Deletes the description first, so that a deletion that is cut short stays a deletion. */
    void delete(StreamMeta meta) throws IOException {
        Path folder = folder(meta);
        if (folder == null) {
            return;
        }
        Files.deleteIfExists(folder.resolve(META));
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(StreamFiles::deleteFile);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void deleteFile(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable Path folder(StreamMeta meta) {
        return directory == null ? null : directory.resolve(meta.name() + "@" + meta.createdMillis());
    }
}
