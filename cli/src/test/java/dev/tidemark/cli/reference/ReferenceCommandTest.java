package dev.tidemark.cli.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.local.app.TidemarkApplication;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A reference in a local run: published from S3, in a model's answers, their audit and its training set, and in a new view. */
class ReferenceCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CATALOG = """
            tidemark: 1
            sources: {shop: {stream: shop, event_time: ts}}
            references:
              items: {key: item_id, fields: {category: text, price: number}, effective_after: 10s}
            views:
              buyer:
                source: shop
                entity: user
                features: {events: {function: count, windows: [1h]}}
            models:
              offer: {inputs: [{items: [category, price]}, {buyer: [events_1h]}]}
            """;
    private static final String NEXT = CATALOG.replace("    entity: user\n", """
                entity: user
                look_up: {shop: {from: shops, key: shop}}
                where: shop.open == true
            """)
            .replace("views:\n", "  shops: {key: shop, fields: {open: boolean}}\nviews:\n");

    @TempDir
    private Path folder;

    private int port;

    @Test
    void aTableInS3IsInAnswersAuditsTrainingSetsAndViews() throws Exception {
        port = FreePorts.fourInARow();
        String catalog = write("catalog.yaml", CATALOG).toString();
        String next = write("next.yaml", NEXT).toString();
        try (RunningCommand system =
                RunningCommand.start(port, List.of("--no-samples", "--catalog", catalog, "--next", next))) {
            HttpResponse<String> early = ask(system);
            assertThat(early.statusCode()).isEqualTo(503);
            assertThat(early.body()).contains("publish one with tidemark reference publish --name items");

            putObject("in/items-1.csv", "item_id,category,price\ni1,shoes,10\n");
            putObject("in/items-2.csv", "item_id,category,price\ni2,hats,20.50\n");
            Command published = tidemark(
                    "reference",
                    "publish",
                    "--name",
                    "items",
                    "s3://" + TidemarkApplication.BUCKET + "/in/items-*.csv");
            assertThat(published.exitCode()).as(published.err()).isZero();
            assertThat(tidemark(
                                    "reference",
                                    "publish",
                                    "--name",
                                    "items",
                                    "s3://" + TidemarkApplication.BUCKET + "/no.csv")
                            .err())
                    .contains("there is no such file");

            HttpResponse<String> answer = ask(system);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(JSON.readTree(answer.body()).at("/rows/0/values").toString())
                    .isEqualTo("[\"hats\",20.5,0]");
            // Its effect lies ahead, so it changes nothing of what follows.
            write("other.csv", "item_id,category,price\ni2,coats,99\n");
            assertThat(tidemark(
                                    "reference",
                                    "publish",
                                    "--name",
                                    "items",
                                    "--effective-at",
                                    "2099-01-01T00:00:00Z",
                                    folder.resolve("other.csv").toString())
                            .exitCode())
                    .isZero();
            audit(answer.body());
            train();
            backfill(next);
        }
    }

    private void audit(String answer) throws IOException {
        Path file = write("answer.json", answer);
        Command right = tidemark("audit", "--receipt", file.toString());
        assertThat(right.exitCode()).as(right.out() + right.err()).isZero();

        ObjectNode wrong = (ObjectNode) JSON.readTree(answer);
        ((ArrayNode) wrong.at("/rows/0/values")).set(0, "coats");
        ((ObjectNode) wrong.at("/receipt/references")).put("items", 2);
        Files.writeString(file, wrong.toString());
        Command audited = tidemark("audit", "--receipt", file.toString());
        assertThat(audited.exitCode()).isEqualTo(1);
        assertThat(audited.out())
                .contains("the archive makes \"hats\", the answer says \"coats\"")
                .contains("the archive makes {\"items\":1}, the answer says {\"items\":2}");
    }

    private void train() throws IOException {
        Path spine = write(
                "spine.csv", "timestamp,item_id,user\n" + Instant.now() + ",i1,ann\n" + Instant.now() + ",i9,ann\n");
        Path out = folder.resolve("set");
        Command made = tidemark(
                "training-set",
                "--model",
                "offer",
                "--spine",
                spine.toString(),
                "--out",
                out.toString(),
                "--format",
                "csv");
        assertThat(made.exitCode()).as(made.out() + made.err()).isZero();
        List<String> rows = Files.readAllLines(out.resolve("training-set.csv"));
        assertThat(rows.get(0)).endsWith(",items.category,items.price,buyer.events_1h");
        assertThat(rows.get(1)).endsWith(",shoes,10,0");
        assertThat(rows.get(2)).endsWith(",,,0");
        JsonNode manifest = JSON.readTree(out.resolve("training-set.json").toFile());
        assertThat(manifest.path("references").toString()).isEqualTo("{\"items\":[1]}");
    }

    /** A view that looks up what nobody has published would hold back every batch of its source. */
    private void backfill(String next) throws IOException {
        Command refused = tidemark("backfill", "start", "--next", next);
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err())
                .contains("reference 'shops' has no snapshot", "tidemark reference publish --name shops first");
        assertThat(tidemark("backfill", "status", "--next", next).out()).contains("not started");

        Path shops = write("shops.csv", "shop,open\ns1,true\n");
        Command published = tidemark("reference", "publish", "--catalog", next, "--name", "shops", shops.toString());
        assertThat(published.exitCode()).as(published.err()).isZero();
        Command started = tidemark("backfill", "start", "--next", next);
        assertThat(started.exitCode()).as(started.err()).isZero();
        assertThat(started.out()).contains("new events are folded from now on");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Command tidemark(String... arguments) {
        return Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
    }

    private static HttpResponse<String> ask(RunningCommand system) throws Exception {
        String row = "{\"rows\":[{\"keys\":{\"item_id\":\"i2\",\"user\":\"ann\"}}]}";
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(system.api() + "/v1/models/offer:features"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(row))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private void putObject(String key, String content) {
        Map<String, String> environment =
                Map.of("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + (port + 3), "AWS_REGION", Streams.REGION);
        try (AwsClients clients = AwsClients.of(
                        environment, StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
                S3AsyncClient s3 = clients.s3()) {
            s3.putObject(
                            request ->
                                    request.bucket(TidemarkApplication.BUCKET).key(key),
                            AsyncRequestBody.fromString(content))
                    .join();
        }
    }
}
