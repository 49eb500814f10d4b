package dev.tidemark.local.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.kinesis.NewRecord;
import dev.tidemark.local.LocalSettings;
import dev.tidemark.local.LocalSystem;
import dev.tidemark.local.mapping.MappingListener;
import dev.tidemark.local.mapping.MappingSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that generators make of the API's description, asking a running system. {@code .ci/clients/prepare} gets the
 * generators; without them this is skipped.
 */
class GeneratedClientsTest {

    @TempDir
    private Path directory;

    @Test
    void singleAndBatchReadsAreTyped() throws Exception {
        Path tools = tools();
        try (TidemarkApplication application = new TidemarkApplication(catalog(), (batch, outcome) -> {});
                LocalSystem system = LocalSystem.start(
                        new LocalSettings(0, null, Map.of("shop-events", 1), false, MappingSettings.ofBatchSize(10), 1),
                        application,
                        MappingListener.NONE)) {
            put(system, "shoes", "1.5");
            put(system, "shoes", "2");
            put(system, "hats", "4");
            assertThat(system.mapping("shop-events").awaitCaughtUp(Duration.ofMinutes(1)))
                    .isTrue();
            Path document = directory.resolve("openapi.json");
            HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(system.api().resolve("/v1/openapi.json"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofFile(document));

            python(tools, document, system.api().toString());
            typeScript(tools, document, system.api().toString());
        }
    }

    private static Path tools() {
        String tools = System.getenv("TIDEMARK_CLIENT_GENERATORS");
        if (tools == null) {
            String message = "SKIPPED: no client was generated of the OpenAPI document: there are no generators"
                    + " (eval \"$(.ci/clients/prepare)\" gets them)";
            System.err.println(message);
            assumeTrue(false, message);
        }
        return Path.of(String.valueOf(tools));
    }

    private static Catalog catalog() throws IOException {
        return new CatalogCompiler().compile(new String(resource("/test-catalog.yaml"), UTF_8));
    }

    private static void put(LocalSystem system, String category, String price) {
        String event = "{\"user_id\":\"42\",\"ts\":\"" + Instant.now() + "\",\"item\":{\"price\":" + price
                + ",\"category\":\"" + category + "\"}}";
        system.streams().put("shop-events", new NewRecord("42", null, event.getBytes(UTF_8)));
    }

    private void python(Path tools, Path document, String api) throws Exception {
        Path bin = tools.resolve("venv/bin");
        run(
                bin.resolve("openapi-python-client").toString(),
                "generate",
                "--meta",
                "none",
                "--path",
                document.toString(),
                "--output-path",
                directory.resolve("tidemark_client").toString());
        Path script = copy("/clients/read.py");
        run(bin.resolve("python").toString(), script.toString(), directory.toString(), api);
    }

    private void typeScript(Path tools, Path document, String api) throws Exception {
        Path bin = tools.resolve("node_modules/.bin");
        run(
                bin.resolve("openapi-typescript").toString(),
                document.toString(),
                "--output",
                directory.resolve("schema.ts").toString());
        Files.createSymbolicLink(directory.resolve("node_modules"), tools.resolve("node_modules"));
        Files.writeString(directory.resolve("package.json"), "{\"type\":\"module\"}");
        Path script = copy("/clients/read.ts");
        run(
                bin.resolve("tsc").toString(),
                "--strict",
                "--target",
                "es2022",
                "--module",
                "nodenext",
                "--lib",
                "es2022,dom,dom.iterable",
                script.toString());
        run("node", directory.resolve("read.js").toString(), api);
    }

    private Path copy(String name) throws IOException {
        Path file = directory.resolve(name.substring(name.lastIndexOf('/') + 1));
        return Files.write(file, resource(name));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = GeneratedClientsTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no resource " + name);
            }
            return in.readAllBytes();
        }
    }

    private void run(String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor())
                .as(List.of(command) + "\n" + Files.readString(output))
                .isZero();
    }
}
