package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A checked-in file that is generated, in whole or in part. */
public final class PublishedFile {

    private static final Path DOCS = Path.of("..", "docs");
    private static final String UPDATE = "tidemark.docs.update";

    private PublishedFile() {}

    public static String read(String name) throws IOException {
        return Files.readString(DOCS.resolve(name));
    }

    /** Fails if the file differs; with {@code -Dtidemark.docs.update=true} writes it instead. */
    public static void assertUpToDate(String name, String expected, Class<?> test) throws IOException {
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(DOCS.resolve(name), expected);
        }
        String found = Files.exists(DOCS.resolve(name)) ? read(name) : "";
        assertThat(found)
                .as(
                        "docs/%s is not what the code says; update it with: ./mvnw -pl %s -am test -Dtest=%s"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -D%s=true",
                        name, module(), test.getSimpleName(), UPDATE)
                .isEqualTo(expected);
    }

    /** Tests run in the folder of their module. */
    private static Path module() {
        return Path.of("").toAbsolutePath().getFileName();
    }
}
