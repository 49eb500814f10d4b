package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file in {@code invalid/} is a catalog with mistakes; the file of the same name that ends in {@code .txt} holds
 * the exact messages, all of them.
 */
class InvalidCatalogTest {

    static Stream<String> catalogs() throws IOException, URISyntaxException {
        URL directory = Objects.requireNonNull(InvalidCatalogTest.class.getResource("invalid"));
        try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
            return files
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.replace(".yaml", ""))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("catalogs")
    void reportsEveryMistakeAtOnce(String name) throws IOException {
        String yaml = TestFiles.read("invalid/" + name + ".yaml");
        List<String> expected =
                TestFiles.read("invalid/" + name + ".txt").lines().toList();

        InvalidDefinition e = catchThrowableOfType(InvalidDefinition.class, () -> new CatalogCompiler().compile(yaml));

        assertThat(e).as("a problem in %s", name).isNotNull();
        assertThat(e.problems()).extracting(InvalidDefinition.Problem::toString).containsExactlyElementsOf(expected);
    }
}
