package dev.tidemark.cli.past;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.past.ModelReceipt;
import dev.tidemark.core.past.Receipt;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers as the API gave them: single, a batch, or a model's; several may follow each other in one file. */
final class ReceiptFile {

    /** Numbers stay as they were written, so that a digit more or less shows. */
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private ReceiptFile() {}

    /** An answer with a receipt. */
    sealed interface Answered {}

    /** A model's answer: all its rows. */
    record ServedModel(JsonNode document) implements Answered {

        String name() {
            return document.path("model").asText();
        }

        String hash() {
            return document.path("hash").asText();
        }

        ModelReceipt receipt() {
            return new ModelReceipt(document.path("receipt"));
        }

        JsonNode rows() {
            return document.path("rows");
        }
    }

    /**
     * One entity's answer.
     *
     * @param shared the members that a batch writes once: view, coverage, receipt
     * @param own those of the entity; the same object in a single answer
     */
    record Served(JsonNode shared, JsonNode own) implements Answered {

        String viewName() {
            return shared.path("view").asText();
        }

        String viewVersion() {
            return shared.path("receipt").path("view").asText();
        }

        String catalogHash() {
            return shared.path("receipt").path("catalog").asText();
        }

        JsonNode features() {
            return own.path("features");
        }

        /** Also if it cannot be compared. */
        String entity() {
            List<String> parts = new ArrayList<>();
            own.path("entity").forEach(part -> parts.add(part.asText()));
            return EntityKeys.of(parts);
        }

        /** @param view the version that the receipt names */
        Receipt receipt(View view) {
            JsonNode receipt = shared.path("receipt");
            JsonNode ahead = receipt.has("ahead") ? receipt.path("ahead") : own.path("ahead");
            String as = shared.path("knowledge").path("as").asText("live");
            return new Receipt(
                    catalogHash(),
                    viewVersion(),
                    entity(),
                    receipt.path("at").asLong(),
                    names(view),
                    ModelReceipt.positions(receipt.path("lanes")),
                    ModelReceipt.positions(ahead),
                    as.equals("now") || as.equals("both"));
        }

        /** The answer's values; all values of the view if there is only the receipt. */
        private List<String> names(View view) {
            List<String> names = new ArrayList<>();
            features().fieldNames().forEachRemaining(name -> {
                if (!shared.path("unavailable").has(name)) {
                    names.add(name);
                }
            });
            if (names.isEmpty()) {
                view.features().forEach(feature -> names.add(feature.name()));
            }
            return names;
        }
    }

    static List<Answered> read(Path file) {
        List<Answered> served = new ArrayList<>();
        // From bytes: a byte order mark, as some shells write it, is then no part of the text.
        try (var documents = MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(Files.newInputStream(file))) {
            while (documents.hasNextValue()) {
                add(documents.nextValue(), served);
            }
        } catch (IOException | NumberFormatException e) {
            throw new Failure("cannot read " + file + " as JSON ("
                    + e.getClass().getSimpleName() + "): give a file with answers as the API wrote them");
        }
        if (served.isEmpty()) {
            throw new Failure(file + " holds no answer with a receipt: save what GET /v1/views/…, "
                    + "POST /v1/features:batch or POST /v1/models/… answered");
        }
        return served;
    }

    private static void add(@Nullable JsonNode document, List<Answered> served) {
        if (document == null) {
            return;
        }
        if (document.has("results")) {
            document.path("results")
                    .forEach(result ->
                            result.path("entities").forEach(entity -> served.add(new Served(result, entity))));
        } else if (document.path("receipt").has("views")) {
            served.add(new ServedModel(document));
        } else if (document.has("receipt")) {
            served.add(new Served(document, document));
        }
    }
}
