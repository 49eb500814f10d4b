package dev.tidemark.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reserves a directory for one process at a time. The lock is the operating system's, so it ends with the process. */
final class DirectoryLock implements AutoCloseable {

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @param directory is created if missing
     * @throws DirectoryInUse if another process, or this one, has it
     */
    static DirectoryLock of(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return new DirectoryLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            // This process has it: the same answer as below.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new DirectoryInUse(directory);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
