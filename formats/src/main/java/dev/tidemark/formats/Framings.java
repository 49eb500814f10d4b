package dev.tidemark.formats;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.catalog.FormatDefinition.Framing;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.stream.Packing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Takes the events out of a record that holds several. */
final class Framings implements Packing {

    private final Framing framing;
    private final Inflater inflater;

    Framings(Framing framing, Inflater inflater) {
        this.framing = framing;
        this.inflater = inflater;
    }

    @Override
    public Optional<List<byte[]>> unpack(byte[] data) {
        try {
            List<byte[]> events = events(data);
            return events.isEmpty() || events.size() > MAX_EVENTS ? Optional.empty() : Optional.of(events);
        } catch (InvalidEvent | IOException notPacked) {
            // It stays one record, and its reader says why it is no event.
            return Optional.empty();
        }
    }

    private List<byte[]> events(byte[] data) throws IOException {
        byte[] inflated = inflater.inflate(data);
        return switch (framing) {
            case LINES -> lines(inflated);
            case ARRAY -> array(inflated);
            case CLOUDWATCH_LOGS -> cloudWatchLogs(inflated);
        };
    }

    @Override
    public String problem(byte[] data) {
        try {
            return events(data).isEmpty() ? "it holds no event" : "it holds more than " + MAX_EVENTS + " events";
        } catch (InvalidEvent e) {
            return String.valueOf(e.getMessage());
        } catch (IOException e) {
            return "it is no JSON array";
        }
    }

    /** Blank lines are none. A line is taken as it is, so that a bad one is refused alone. */
    private static List<byte[]> lines(byte[] data) {
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at <= data.length && lines.size() <= MAX_EVENTS; at++) {
            if (at == data.length || data[at] == '\n') {
                int to = at > from && data[at - 1] == '\r' ? at - 1 : at;
                if (!isBlank(data, from, to)) {
                    lines.add(Arrays.copyOfRange(data, from, to));
                }
                from = at + 1;
            }
        }
        return lines;
    }

    private static boolean isBlank(byte[] data, int from, int to) {
        for (int at = from; at < to; at++) {
            if (data[at] != ' ' && data[at] != '\t' && data[at] != '\r') {
                return false;
            }
        }
        return true;
    }

    /** The elements' own bytes; a single object is an array of it. */
    private static List<byte[]> array(byte[] data) throws IOException {
        List<byte[]> elements = new ArrayList<>();
        try (JsonParser parser = JsonTools.FACTORY.createParser(data)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                return List.of(data);
            }
            if (first != JsonToken.START_ARRAY) {
                return List.of();
            }
            while (parser.nextToken() != JsonToken.END_ARRAY && elements.size() <= MAX_EVENTS) {
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                if (!parser.currentToken().isScalarValue()) {
                    int to = (int) parser.currentLocation().getByteOffset();
                    elements.add(Arrays.copyOfRange(data, from, to));
                } else {
                    // Refused alone, as any element that is no object.
                    elements.add(parser.getText().getBytes(StandardCharsets.UTF_8));
                }
            }
            return elements.size() <= MAX_EVENTS && parser.nextToken() != null ? List.of() : elements;
        }
    }

    /** Each log event with all that the record says of all of them. */
    private static List<byte[]> cloudWatchLogs(byte[] data) {
        ObjectNode record = JsonTools.object(data);
        JsonNode events = record.remove("logEvents");
        List<byte[]> found = new ArrayList<>();
        if (events != null && events.isArray()) {
            for (JsonNode event : events) {
                if (event instanceof ObjectNode object && found.size() <= MAX_EVENTS) {
                    found.add(JsonTools.bytes(logEvent(record, object)));
                }
            }
        }
        return found;
    }

    /** A message that is a JSON object is that object, so that paths lead into it. */
    private static ObjectNode logEvent(ObjectNode record, ObjectNode event) {
        ObjectNode all = record.deepCopy();
        all.setAll(event);
        JsonNode message = event.path("message");
        if (message.isTextual() && message.textValue().stripLeading().startsWith("{")) {
            try {
                all.set("message", JsonTools.object(message.textValue().getBytes(StandardCharsets.UTF_8)));
            } catch (InvalidEvent isText) {
                all.set("message", message);
            }
        }
        return all;
    }
}
