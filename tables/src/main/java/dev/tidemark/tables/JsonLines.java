package dev.tidemark.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One JSON object in each line, whose members are the columns. Empty lines are passed over. */
final class JsonLines implements TableReader {

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build()
            .readerFor(JsonNode.class);

    private final String name;
    private final BufferedReader lines;
    private final Set<String> wanted;
    private long number;

    JsonLines(String name, InputStream in, Set<String> wanted) {
        this.name = name;
        // A decoder of its own, unlike a charset's name, fails where a byte is no UTF-8.
        this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        this.wanted = Set.copyOf(wanted);
    }

    @Override
    public void readAll(RowSink sink) throws IOException {
        for (String line = next(); line != null; line = next()) {
            if (!line.isBlank()) {
                sink.row(new TableRow(values(line), place()));
            }
        }
    }

    private @Nullable String next() throws IOException {
        number++;
        try {
            String line = lines.readLine();
            // Some programs write a byte order mark, which is no part of the text (as with CSV).
            return number == 1 && line != null && line.startsWith("\ufeff") ? line.substring(1) : line;
        } catch (MalformedInputException e) {
            throw new TableProblem(place() + ": not UTF-8 near this line: write the file as UTF-8", e);
        }
    }

    private ObjectNode values(String line) {
        try {
            if (JSON.readTree(line) instanceof ObjectNode values) {
                return wanted.isEmpty() ? values : values.retain(wanted);
            }
        } catch (JsonProcessingException e) {
            throw new TableProblem(place() + ": no JSON: " + e.getOriginalMessage() + ": correct the line", e);
        }
        throw new TableProblem(place() + ": no JSON object: a line has to be one, with a member for each column");
    }

    private String place() {
        return name + ":" + number;
    }
}
