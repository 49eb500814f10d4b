package dev.tidemark.formats;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.PublishedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pages show of catalogs compiles, with the least around it that makes it whole. */
class DocsExamplesTest {

    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SOURCE = Pattern.compile("sources:\n  (\\w+):");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"formats.md, 3", "import.md, 2", "catalog.md, 5"})
    void examplesCompile(String page, int least) throws IOException {
        Files.writeString(
                folder.resolve("view.avsc"),
                "{\"type\":\"record\",\"name\":\"View\",\"fields\":[{\"name\":\"ts\",\"type\":\"string\"}]}");
        Files.write(folder.resolve("shop.desc"), descriptors().toByteArray());
        List<String> catalogs = YAML.matcher(PublishedFile.read(page))
                .results()
                .map(block -> whole(block.group(1)))
                .filter(block -> block.startsWith("tidemark: 1"))
                .toList();

        assertThat(catalogs)
                .hasSizeGreaterThanOrEqualTo(least)
                .allSatisfy(
                        catalog -> assertThat(new CatalogCompiler(EventFormats.beside(folder.resolve("catalog.yaml")))
                                        .compile(catalog)
                                        .views())
                                .isNotEmpty());
    }

    /** A source gets a view, and a format a source; anything else is no catalog or part of one that is shown elsewhere. */
    private static String whole(String block) {
        Matcher source = SOURCE.matcher(block);
        if (source.lookingAt() && !block.contains("\nviews:")) {
            return "tidemark: 1\n" + block + "views: {v: {source: " + source.group(1)
                    + ", entity: user, features: {n: {function: count, windows: [1h]}}}}\n";
        }
        return block.startsWith("format: {")
                ? whole("sources:\n  shop:\n    stream: shop\n    event_time: ts\n    " + block)
                : block;
    }

    private static FileDescriptorSet descriptors() {
        return FileDescriptorSet.newBuilder()
                .addFile(FileDescriptorProto.newBuilder()
                        .setName("shop.proto")
                        .setPackage("shop")
                        .setSyntax("proto3")
                        .addMessageType(DescriptorProto.newBuilder().setName("View")))
                .build();
    }
}
