package dev.tidemark.kinesis;

import dev.tidemark.kinesis.file.CheckedFile;
import dev.tidemark.kinesis.file.DamagedFile;
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
 * a file for each shard. Without a directory the records are in temporary files, and the rest in memory.
 */
final class StreamFiles {

    private static final String META = "stream.json";
    private static final String LOG = ".log";
    private static final String DELETED = ".deleted";

    private final @Nullable Path directory;

    StreamFiles(@Nullable Path directory) {
        this.directory = directory;
    }

    /**
     * The streams that were stored. Folders without a description are from an interrupted creation.
     *
     * @throws DamagedFile if something is not as it was written
     */
    List<StreamMeta> stored() throws IOException {
        List<StreamMeta> found = new ArrayList<>();
        if (directory == null) {
            return found;
        }
        Files.createDirectories(directory);
        for (Path folder : list(directory)) {
            if (folder.getFileName().toString().endsWith(DELETED)) {
                deleteAll(folder);
            } else if (Files.exists(folder.resolve(META))) {
                found.add(read(folder));
            } else {
                checkUnused(folder);
            }
        }
        return found;
    }

    private StreamMeta read(Path folder) throws IOException {
        Path file = folder.resolve(META);
        StreamMeta meta = CheckedFile.read(file, StreamMeta.class);
        if (!folder.equals(folder(meta))) {
            throw new DamagedFile(file, "is of another stream: its folder is not named for what it describes");
        }
        return meta;
    }

    /** A described stream may have records; one whose creation was interrupted has none. */
    private static void checkUnused(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            for (Path file : list(folder)) {
                if (file.toString().endsWith(LOG) && Files.size(file) > 0) {
                    throw new DamagedFile(folder.resolve(META), "is missing, although the stream has records");
                }
            }
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    /** Stores a stream's description in one step: a reader sees the old or the new one. */
    void save(StreamMeta meta) throws IOException {
        Path folder = folder(meta);
        if (folder != null) {
            Files.createDirectories(folder);
            CheckedFile.write(folder.resolve(META), meta);
        }
    }

    /** A shard that did not exist before. */
    Shard createShard(StreamMeta stream, ShardMeta shard) throws IOException {
        Path folder = folder(stream);
        return Shard.create(shard, folder == null ? null : log(Files.createDirectories(folder), shard));
    }

    /** A shard of a stored stream. */
    Shard openShard(StreamMeta stream, ShardMeta shard, long oldestMillis) throws IOException {
        Path folder = folder(stream);
        if (folder == null) {
            throw new IllegalStateException("nothing is stored without a directory");
        }
        return Shard.open(shard, log(folder, shard), oldestMillis);
    }

    private static Path log(Path folder, ShardMeta shard) {
        return folder.resolve(shard.id() + LOG);
    }

    /** Renames the folder first, so that an interrupted deletion remains a deletion. */
    void delete(StreamMeta meta) throws IOException {
        Path folder = folder(meta);
        if (folder != null) {
            Path deleted = folder.resolveSibling(folder.getFileName() + DELETED);
            deleteAll(Files.move(folder, deleted, StandardCopyOption.ATOMIC_MOVE));
        }
    }

    private static void deleteAll(Path folder) throws IOException {
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
