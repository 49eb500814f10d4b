package dev.tidemark.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.ItemStore;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** docs/serve.md: its example of the library is compiled and run, and every option is in it. */
class ServeDocTest {

    private static final Path DOC = Path.of("..", "docs", "serve.md");
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void theExampleOfTheLibraryAnswers() throws Exception {
        Matcher example = JAVA.matcher(Files.readString(DOC));
        assertThat(example.find()).isTrue();
        Path source = Files.writeString(folder.resolve("Features.java"), example.group(1));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiles = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of(
                                    "-d",
                                    folder.toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "-proc:none"),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            assertThat(compiles).as(said.toString()).isTrue();
        }
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> features = loader.loadClass("Features");
            Object example1 = features.getConstructor(Catalog.class, ItemStore.class, ControlStore.class)
                    .newInstance(
                            new CatalogCompiler().compile(Tables.CATALOG),
                            new InMemoryItemStore(),
                            new InMemoryControlStore());
            Object json = features.getMethod("json", String.class, String.class).invoke(example1, "user", "u1");
            assertThat(json).asString().contains("\"clicks_5m\":0");
        }
    }

    @Test
    void everyOptionIsDescribed() throws Exception {
        String doc = Files.readString(DOC);
        for (OptionSpec option : CommandLine.Model.CommandSpec.forAnnotatedObject(new ServeOptions())
                .options()) {
            assertThat(doc).contains("`" + option.longestName());
        }
    }
}
