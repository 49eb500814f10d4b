package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A checked-in file that is generated, in whole or in part. */
final class PublishedFile {

    private static final Path DOCS = Path.of("..", "docs");
    private static final String UPDATE = "tidemark.docs.update";

    private PublishedFile() {}

    static String read(String name) throws IOException {
        return Files.readString(DOCS.resolve(name));
    }

    /** Fails if the file differs; with {@code -Dtidemark.docs.update=true} writes it instead. */
    static void assertUpToDate(String name, String expected, Class<?> test) throws IOException {
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(DOCS.resolve(name), expected);
        }
        String found = Files.exists(DOCS.resolve(name)) ? read(name) : "";
        assertThat(found)
                .as(
                        "docs/%s is not what the code says; update it with: ./mvnw -pl core test -Dtest=%s -D%s=true",
                        name, test.getSimpleName(), UPDATE)
                .isEqualTo(expected);
    }
}
