package dev.tidemark.cli.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.cli.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogFileTest {

    @TempDir
    private Path folder;

    @Test
    void aFileOfAnotherEncodingIsSaidToBeOne() throws IOException {
        Path file = folder.resolve("latin.yaml");
        Files.write(file, "tidemark: 1 # größer\n".getBytes(StandardCharsets.ISO_8859_1));

        assertRefused(file, file + " is not UTF-8: save it in UTF-8");
    }

    @Test
    void aFolderIsSaidToBeOne() {
        assertRefused(folder, folder + " is a folder: give the path of the catalog's file in it");
    }

    @Test
    void aFileThatIsNotThereCannotBeRead() {
        Path file = folder.resolve("none.yaml");

        assertRefused(file, "cannot read " + file + " (NoSuchFileException): give the path of a readable file");
    }

    private static void assertRefused(Path file, String said) {
        Command validate = Command.run("validate", file.toString());

        assertThat(validate.exitCode()).isEqualTo(1);
        assertThat(validate.err()).contains(said);
    }
}
