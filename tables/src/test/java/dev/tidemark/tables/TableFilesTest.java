package dev.tidemark.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableFilesTest {

    private static final Map<String, String> OBJECTS = new TreeMap<>(Map.of(
            "orders/dt=1/a.csv", "1",
            "orders/dt=1/b.csv", "22",
            "orders/dt=2/a.csv", "333",
            "orders/dt=2/", "",
            "orders/readme", "x",
            "ordersold/a.csv", "x"));

    @TempDir
    private Path folder;

    private final RemoteFiles objects = new RemoteFiles() {

        @Override
        public List<TableFile> list(String bucket, String prefix) {
            return OBJECTS.entrySet().stream()
                    .filter(object -> object.getKey().startsWith(prefix))
                    .map(object -> new TableFile(
                            "s3://" + bucket + "/" + object.getKey(),
                            object.getValue().length()))
                    .toList();
        }

        @Override
        public void fetch(String bucket, String key, Path target) throws IOException {
            Files.writeString(target, OBJECTS.get(key));
        }
    };

    @Test
    void findsLocalFiles() throws IOException {
        for (String name : List.of("x/dt=1/b.csv", "x/dt=1/a.csv", "x/dt=2/a.csv", "x/dt=2/_SUCCESS", "x/a.txt")) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }

        assertThat(local("x/dt=*/*.csv")).containsExactly("x/dt=1/a.csv", "x/dt=1/b.csv", "x/dt=2/a.csv");
        assertThat(local("x/**.csv", "x/dt=1/a.csv")).hasSize(3);
        assertThat(local("x/dt=2")).containsExactly("x/dt=2/a.csv");
        assertThat(local("x/a.txt")).containsExactly("x/a.txt");
        assertThatThrownBy(() -> local("x/*.parquet"))
                .isInstanceOf(TableProblem.class)
                .hasMessageContaining("there is no such file");
    }

    private Stream<String> local(String... patterns) throws IOException {
        List<String> there =
                Stream.of(patterns).map(name -> folder + "/" + name).toList();
        return new TableFiles(RemoteFiles.NONE, folder)
                .of(there).stream()
                        .map(file -> folder.relativize(Path.of(file.uri())).toString());
    }

    @Test
    void findsObjects() throws IOException {
        assertThat(remote("s3://b/orders/dt=*/*.csv")).hasSize(3);
        assertThat(remote("s3://b/orders/dt=1/")).hasSize(2);
        assertThat(remote("s3://b/orders/dt=1/a.csv")).containsExactly("s3://b/orders/dt=1/a.csv");
        assertThatThrownBy(() -> remote("s3://b/orders/dt=1")).isInstanceOf(TableProblem.class);
        assertThatThrownBy(() -> new TableFiles(RemoteFiles.NONE, folder).of(List.of("s3://b/orders/*")))
                .isInstanceOf(TableProblem.class)
                .hasMessageContaining("copy them to this machine");
    }

    private List<String> remote(String pattern) throws IOException {
        return new TableFiles(objects, folder)
                .of(List.of(pattern)).stream().map(TableFile::uri).toList();
    }

    @Test
    void keepsACopyOnlyWhileItIsRead() throws IOException {
        TableFiles files = new TableFiles(objects, folder);
        TableFile file = files.of(List.of("s3://b/orders/dt=2/a.csv")).get(0);

        files.with(file, copy -> assertThat(copy).hasContent("333"));

        assertThat(file.bytes()).isEqualTo(3);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void knowsFormatsByTheEndOfTheName() {
        assertThat(Stream.of("a.csv", "A.CSV.GZ", "a.jsonl", "a.ndjson.gz", "x/a.snappy.parquet")
                        .map(TableFormat::of))
                .containsExactly(
                        TableFormat.CSV, TableFormat.CSV, TableFormat.JSONL, TableFormat.JSONL, TableFormat.PARQUET);
        assertThatThrownBy(() -> TableFormat.of("a.xlsx")).isInstanceOf(TableProblem.class);
    }
}
