package dev.tidemark.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {

    @TempDir
    private Path folder;

    @Test
    void aDirectoryBelongsToOneAtATime() throws IOException {
        Path directory = folder.resolve("data");
        try (DirectoryLock first = DirectoryLock.of(directory)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> DirectoryLock.of(directory))
                    .isInstanceOf(DirectoryInUse.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("stop it");
        }
        DirectoryLock.of(directory).close();
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> DirectoryLock.of(file.resolve("data")))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(DirectoryInUse.class)
                .hasMessageContaining("file");
    }
}
