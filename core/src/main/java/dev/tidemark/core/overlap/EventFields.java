package dev.tidemark.core.overlap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.view.View;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is read of a source's events to compare them: the id, the entity of the source's first view, and a number. A read slot
 * that holds nothing usable is as if it were missing: whether an event is good is no question here.
 */
public final class EventFields {

    private static final JsonMapper JSON = new JsonMapper();

    private final Catalog.Source source;
    private final int id;
    private final int[] entity;
    private final int value;

    /**
     * @param defined a source of the catalog
     * @param value a number to be added up; null for none
     * @throws IllegalArgumentException if no view reads the source, or the fields cannot be read together
     */
    public EventFields(Catalog catalog, Catalog.Source defined, @Nullable FieldPath value) {
        View view = catalog.viewsOf(defined).stream()
                .filter(one -> one.pairs() == null)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no view reads source '" + defined.name() + "', so nothing would come of its history"));
        List<FieldPath> fields = new ArrayList<>(view.entity().stream()
                .map(key -> defined.shape().fields().get(key.slot()))
                .toList());
        Optional<FieldPath> idField = idOf(catalog, defined);
        idField.ifPresent(fields::add);
        if (value != null) {
            fields.add(value);
        }
        this.source = defined.reading(fields);
        List<FieldPath> read = source.shape().fields();
        this.entity = view.entity().stream()
                .mapToInt(key -> read.indexOf(defined.shape().fields().get(key.slot())))
                .toArray();
        this.id = idField.map(read::indexOf).orElse(-1);
        this.value = value == null ? -1 : read.indexOf(value);
    }

    /** The field that identifies an event of the source; empty if its catalog names none. */
    public static Optional<FieldPath> idOf(Catalog catalog, Catalog.Source source) {
        try {
            String path = JSON.readTree(catalog.json())
                    .path("sources")
                    .path(source.name())
                    .path("event_id")
                    .asText();
            return path.isEmpty() ? Optional.empty() : Optional.of(FieldPath.parse(path));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a catalog's own JSON cannot be read", e);
        }
    }

    /** The source, of whose events these fields are read. */
    public Catalog.Source source() {
        return source;
    }

    /** Whether events have ids. */
    public boolean hasId() {
        return id >= 0;
    }

    /** The id of an event; null if it has none. */
    public @Nullable String id(EventRow row) {
        return id < 0 ? null : text(row, id);
    }

    /** @param statedMillis when the event says that it happened */
    public Sighting of(EventRow row, long statedMillis) {
        String who = IntStream.of(entity)
                .mapToObj(slot -> String.valueOf(text(row, slot)))
                .collect(Collectors.joining("|"));
        BigDecimal number = value >= 0 && row.isNumber(value) ? row.decimal(value) : null;
        return new Sighting(id(row), who, statedMillis, number);
    }

    /** Texts and numbers, which are the same if they look the same. */
    private static @Nullable String text(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case STRING -> row.string(slot);
            case NUMBER, BIG_NUMBER -> row.decimal(slot).stripTrailingZeros().toPlainString();
            case ABSENT, BOOLEAN, COMPOUND, LIST, FLAWED -> null;
        };
    }
}
