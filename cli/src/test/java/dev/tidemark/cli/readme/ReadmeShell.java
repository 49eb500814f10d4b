package dev.tidemark.cli.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;

/**
 * Performs the README's shell commands in this process: exactly those few forms that the README uses, and an error for
 * any other. The ports 8080 and 8081 stand for those of the system that was started last.
 */
final class ReadmeShell implements AutoCloseable {

    private static final String API = "http://127.0.0.1:8080";
    private static final String KINESIS = "http://127.0.0.1:8081";
    private static final String NOW = "now=$(date -u +%Y-%m-%dT%H:%M:%SZ)";

    /** Single quotes may stand around a word, and nowhere else. */
    private static final Pattern WORD = Pattern.compile("'[^']*'|[^ ']+");

    private final Path root;
    private final Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> exported = new HashMap<>();
    private final List<String> performed = new ArrayList<>();
    private @Nullable RunningCommand system;
    private String now = "";

    /**
     * @param root the folder that the README is in
     * @param folder stands for the folder that a user is in
     */
    ReadmeShell(Path root, Path folder) {
        this.root = root;
        this.folder = folder;
    }

    /** The kinds of commands that were performed, such as {@code ./tidemark put}. */
    List<String> performed() {
        return performed;
    }

    /** Performs the lines of a block; returns what the last of them printed. */
    String perform(String block) throws Exception {
        String output = "";
        Iterator<String> lines = block.lines().iterator();
        while (lines.hasNext()) {
            String line = lines.next().replaceFirst("\\s+#.*", "");
            output = perform(line.replace(" <<EOF", ""), line.endsWith(" <<EOF") ? input(lines) : "");
        }
        return output;
    }

    private String input(Iterator<String> lines) {
        StringBuilder input = new StringBuilder();
        for (String line = lines.next(); !line.equals("EOF"); line = lines.next()) {
            input.append(line.replace("$now", now)).append('\n');
        }
        return input.toString();
    }

    private String perform(String line, String input) throws Exception {
        List<String> words = WORD.matcher(line)
                .results()
                .map(word -> word.group().replaceAll("^'|'$", ""))
                .toList();
        if (line.equals(NOW)) {
            now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            return "";
        }
        if (words.get(0).equals("export")) {
            words.stream().skip(1).map(word -> word.split("=", 2)).forEach(pair -> exported.put(pair[0], pair[1]));
            return "";
        }
        performed.add(words.get(0) + " " + words.get(1));
        return switch (words.get(0)) {
            case "./tidemark" -> tidemark(words.get(1), new ArrayList<>(words.subList(2, words.size())), input);
            case "./mvnw" -> maven(words);
            case "curl" -> curl(words);
            case "cat" -> cat(words, input);
            case "aws" -> aws(words, input);
            default -> throw new AssertionError("the README shows a command that its test cannot perform: " + line);
        };
    }

    private String tidemark(String name, List<String> arguments, String input) throws Exception {
        arguments.replaceAll(argument ->
                argument.startsWith("samplesevents/") ? root.resolve(argument).toString() : argument);
        if (name.equals("run")) {
            close();
            system = RunningCommand.start(FreePorts.fourInARow(), arguments);
            return "";
        }
        arguments.add(0, name);
        if (name.equals("put")) {
            arguments.addAll(List.of("--endpoint", running().kinesis().toString()));
        }
        if (name.equals("get")) {
            arguments.addAll(List.of("--url", running().api().toString()));
        }
        if (name.equals("monitor")) {
            arguments.addAll(List.of("--port", Integer.toString(running().api().getPort())));
        }
        if (name.equals("training-set")) {
            for (String option : List.of("--catalog", "--spine", "--out")) {
                int value = arguments.indexOf(option) + 1;
                if (value > 0 && !Path.of(arguments.get(value)).isAbsolute()) {
                    arguments.set(value, here(arguments.get(value)));
                }
            }
            arguments.addAll(List.of("--port", Integer.toString(running().api().getPort())));
        }
        Command command = Command.runWithInput(input, arguments.toArray(String[]::new));
        // A check that fails is no failure of the command that tells so.
        boolean isTold = name.equals("monitor") && command.err().isEmpty();
        assertThat(command.exitCode()).as(arguments + ": " + command.err()).isBetween(0, isTold ? 1 : 0);
        return command.out();
    }

    private String here(String file) {
        return folder.resolve(file).toString();
    }

    /** {@code cat > FILE} writes its input, {@code cat FILE} shows what is there. */
    private String cat(List<String> words, String input) throws IOException {
        if (words.get(1).equals(">")) {
            Files.writeString(Path.of(here(words.get(2))), input);
            return "";
        }
        return Files.readString(Path.of(here(words.get(1))));
    }

    /** Is what runs this test. */
    private static String maven(List<String> words) {
        assertThat(words).containsExactly("./mvnw", "verify");
        return "";
    }

    private String curl(List<String> words) throws Exception {
        assertThat(words).hasSize(3).element(1).isEqualTo("-s");
        URI uri = URI.create(words.get(2).replace(API, running().api().toString()));
        HttpResponse<String> response =
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    /** What the AWS CLI does with {@code aws kinesis put-record}, and the variables it needs. */
    private String aws(List<String> words, String input) {
        Map<String, String> options = new HashMap<>();
        for (int i = 3; i < words.size(); i += 2) {
            options.put(words.get(i), words.get(i + 1));
        }
        assertThat(words.subList(0, 3)).isEqualTo(Arrays.asList("aws", "kinesis", "put-record"));
        assertThat(options)
                .containsOnlyKeys("--stream-name", "--partition-key", "--data")
                .containsEntry("--data", "fileb:///dev/stdin");
        assertThat(exported)
                .containsEntry("AWS_ENDPOINT_URL_KINESIS", KINESIS)
                .containsOnlyKeys(
                        "AWS_ENDPOINT_URL_KINESIS", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
        try (AwsClients clients = KinesisEndpoint.at(running().kinesis()).clients()) {
            PutRecordResponse response = clients.kinesis()
                    .putRecord(request -> request.streamName(options.get("--stream-name"))
                            .partitionKey(options.get("--partition-key"))
                            .data(SdkBytes.fromUtf8String(input)))
                    .join();
            return response.sequenceNumber();
        }
    }

    private RunningCommand running() {
        if (system == null) {
            throw new AssertionError("the README uses the system before `tidemark run`");
        }
        return system;
    }

    @Override
    public void close() {
        if (system != null) {
            system.close();
            system = null;
        }
    }
}
