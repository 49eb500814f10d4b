package dev.tidemark.core.past;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.Model;
import java.util.HashMap;
import java.util.Map;

/**
 * What a model's answer was computed from, according to itself.
 *
 * @param json the receipt as the API wrote it; what is missing in it is empty
 */
public record ModelReceipt(JsonNode json) {

    /** Of the catalog that answered. */
    public String catalogHash() {
        return json.path("catalog").asText();
    }

    /** The hash of the definition that answered. */
    public String modelHash() {
        return json.path("model").asText();
    }

    public long atMillis() {
        return json.path("at").asLong();
    }

    /**
     * What one entity's values were computed from.
     *
     * @throws NumberFormatException if it holds a position that is none
     */
    public Receipt of(Model.ViewInput input, String entity) {
        JsonNode view = json.path("views").path(input.view().name());
        return new Receipt(
                catalogHash(),
                view.path("version").asText(),
                entity,
                atMillis(),
                input.names(),
                positions(view.path("lanes")),
                positions(view.path("ahead").path(entity)),
                false);
    }

    /** Positions by lane, or by item. */
    public static Map<String, Position> positions(JsonNode json) {
        Map<String, Position> positions = new HashMap<>();
        json.properties()
                .forEach(entry -> positions.put(
                        entry.getKey(), Position.parse(entry.getValue().asText())));
        return positions;
    }
}
