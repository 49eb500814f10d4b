package dev.tidemark.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.ShopEvents;
import dev.tidemark.cli.Witness;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.samplesevents.Sample;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeCommandTest {

    private static final int EVENTS = 500;
    private static final Pattern LISTENING = Pattern.compile("Listening on (http://\\S+) for programs on this machine");

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void itAnswersAsTheLocalRunsOwnApiByteForByteButForMoments() throws Exception {
        int port = FreePorts.fourInARow();
        try (RunningCommand running = RunningCommand.start(port, List.of("--no-samples"));
                AwsClients clients = KinesisEndpoint.at(running.kinesis()).clients()) {
            ShopEvents.put(
                    running.kinesis(), ShopEvents.recent(Sample.SHOP.events().subList(0, EVENTS), 60_000));
            new Witness(running.api(), clients.kinesis()).awaitDone(EVENTS);
            Process serving = serve(port);
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(serving.getInputStream(), StandardCharsets.UTF_8))) {
                compare(running.api(), URI.create(address(out)));
            } finally {
                serving.destroy();
            }
        }
    }

    private void compare(URI local, URI served) throws Exception {
        String at = Instant.now().minusSeconds(1).toString();
        for (String path : List.of(
                "/v1/views/viewer/entities/user-1?explain=true&at=" + at,
                "/v1/views/viewer/entities/user-2?features=views_30m&at=" + at,
                "/v1/views/viewer/entities/user-1?knowledge=both&at=" + at,
                "/v1/views/viewer_category/entities/user-1%7Cshoes?at=" + at,
                "/v1/views/nothing/entities/user-1",
                "/v1/views/viewer/entities/user-1?at=yesterday",
                "/v1/health",
                "/v1/catalog",
                "/v1/openapi.json",
                "/health/other",
                "/v1/views/viewer/entities/%FF")) {
            assertSame(local, served, HttpRequest.newBuilder().GET(), path);
        }
        String batch = "{\"at\":\"" + at + "\",\"queries\":[{\"view\":\"viewer\",\"entities\":[\"user-1\",\"user-3\"]},"
                + "{\"view\":\"item\",\"entities\":[\"item-001\"]}]}";
        for (String body : List.of(batch, "{}", "no json")) {
            assertSame(
                    local, served, HttpRequest.newBuilder().POST(BodyPublishers.ofString(body)), "/v1/features:batch");
        }
    }

    private void assertSame(URI local, URI served, HttpRequest.Builder request, String path) throws Exception {
        HttpResponse<String> expected = send(request, local, path);
        HttpResponse<String> actual = send(request, served, path);
        assertThat(actual.statusCode()).as(path).isEqualTo(expected.statusCode());
        assertThat(withoutMoments(actual.body())).as(path).isEqualTo(withoutMoments(expected.body()));
        assertThat(actual.headers().map().keySet())
                .as(path)
                .isEqualTo(expected.headers().map().keySet());
        assertThat(actual.headers().firstValue("Content-Type"))
                .isEqualTo(expected.headers().firstValue("Content-Type"));
    }

    private HttpResponse<String> send(HttpRequest.Builder request, URI api, String path)
            throws IOException, InterruptedException {
        return client.send(request.uri(URI.create(api + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Nor the ids of requests, nor what the stream may be too slow to answer on a busy machine. */
    private static String withoutMoments(String body) {
        return body.replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "MOMENT")
                .replaceAll("\"(at|\\w*Millis)\":\\d+", "\"$1\":MILLIS")
                .replaceAll("\"caughtUp\":\\w+", "\"caughtUp\":ASKED")
                .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID");
    }

    private static String address(BufferedReader out) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.find()) {
                return matcher.group(1);
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("it ended before it listened: " + said);
    }

    /** In its own process, because it takes over signals and the log of all of it. */
    private static Process serve(int port) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.tidemark.cli.Main",
                        "serve",
                        "--port",
                        "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        String[] services = {"KINESIS", "DYNAMODB", "S3"};
        for (int i = 0; i < services.length; i++) {
            builder.environment().put("AWS_ENDPOINT_URL_" + services[i], "http://127.0.0.1:" + (port + 1 + i));
        }
        return builder.start();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "--bind 0.0.0.0 ~ nothing says who may call",
                "--aws --catalog ../samplesevents/shop/catalog.yaml ~ which deployment?",
                "--aws ~ Only a local run can be asked for its own",
                "--tls-cert missing.pem --tls-key missing.key --catalog ../samplesevents/shop/catalog.yaml ~ cannot be read",
            })
    void whatCannotBeServedIsRefusedWithAReason(String options, String reason) {
        Command command = Command.run(("serve " + options).split(" "));
        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.err()).contains(reason);
    }
}
