package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.tile.EntityKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts events on the stream, as any producer would. */
@Command(
        name = "put",
        description = "Put events (one JSON object per line) on a stream, from a file or standard input.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class PutCommand implements Callable<Integer> {

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "File of events; standard input when absent or -.")
    private @Nullable Path file;

    @Option(names = "--stream", required = true, paramLabel = "NAME", description = "The Kinesis stream.")
    private String stream;

    @Option(
            names = "--key",
            paramLabel = "FIELD",
            description = "Field whose value is the partition key, such as user_id. Default: a hash of the event.")
    private @Nullable String key;

    @Mixin
    private KinesisEndpoint endpoint;

    @Spec
    private CommandSpec spec;

    private final ObjectMapper json = new ObjectMapper();

    @Override
    public Integer call() throws IOException {
        FieldPath path = key == null ? null : keyPath(key);
        try (BufferedReader lines = open();
                RecordWriter writer = new RecordWriter(endpoint, stream)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    byte[] data = line.getBytes(StandardCharsets.UTF_8);
                    writer.add(path == null ? RecordWriter.hashKey(data) : partitionKey(line, path), data);
                }
            }
            writer.flush();
            spec.commandLine().getOut().println(Plural.of(writer.written(), "event") + " put on " + stream);
        }
        return 0;
    }

    private BufferedReader open() throws IOException {
        if (file == null || file.toString().equals("-")) {
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        }
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new Failure("cannot read " + file + ": give the path of a readable file, or - for standard input");
        }
        return Files.newBufferedReader(file);
    }

    private static FieldPath keyPath(String key) {
        try {
            return FieldPath.parse(key);
        } catch (IllegalArgumentException e) {
            throw new Failure("--key: " + e.getMessage() + "; write a field path such as user_id or item.id");
        }
    }

    /** Kinesis takes Unicode text of 1 to 256 characters. */
    private static boolean isPartitionKey(String text) {
        return !text.isEmpty() && text.codePointCount(0, text.length()) <= 256 && EntityKeys.isWellFormed(text);
    }

    /** An event without a key in the field goes by its hash: a bad record must reach the stream like any other. */
    private String partitionKey(String line, FieldPath path) {
        byte[] data = line.getBytes(StandardCharsets.UTF_8);
        try {
            JsonNode node = json.readTree(line);
            for (String name : path.names()) {
                node = node.path(name);
            }
            return node.isValueNode() && !node.isNull() && isPartitionKey(node.asText())
                    ? node.asText()
                    : RecordWriter.hashKey(data);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            return RecordWriter.hashKey(data);
        }
    }
}
