package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events written by hand, and what a function makes of them. */
final class Rows {

    static final FieldInput INPUT = new FieldInput(Traffic.INPUT, "item.price", true);

    private Rows() {}

    /** An input (text, number or boolean; null for none) and a group (the same). */
    static EventRow row(@Nullable Object input, @Nullable Object group) {
        EventRow row = new EventRow(Traffic.SLOTS);
        set(row, Traffic.INPUT, input);
        set(row, Traffic.GROUP, group);
        return row;
    }

    /** A prediction and its label. */
    static EventRow judged(@Nullable Object prediction, @Nullable Object label) {
        EventRow row = row(prediction);
        set(row, Traffic.LABEL, label);
        return row;
    }

    /** The same event, taken back. */
    static EventRow takenBack(EventRow row) {
        EventRow copy = new EventRow(Traffic.SLOTS);
        for (int slot = 0; slot < Traffic.SLOTS; slot++) {
            copy(row, slot, copy, slot);
        }
        copy.setEventTimeMillis(row.eventTimeMillis());
        copy.setRecord(row.position(), row.shardId(), row.arrivalMillis());
        copy.setTakenBack(true);
        return copy;
    }

    /** Copies what one slot holds into another. */
    static void copy(EventRow from, int fromSlot, EventRow to, int toSlot) {
        switch (from.kind(fromSlot)) {
            case ABSENT -> to.setAbsent(toSlot);
            case NUMBER -> to.setNumber(toSlot, from.unscaled(fromSlot), from.scale(fromSlot));
            case BIG_NUMBER -> to.setBigNumber(toSlot, from.decimal(fromSlot));
            case STRING -> to.setString(toSlot, from.string(fromSlot));
            case BOOLEAN -> to.setBoolean(toSlot, from.bool(fromSlot));
            case COMPOUND -> to.setCompound(toSlot);
            case FLAWED -> to.setFlawed(toSlot, from.flaw(fromSlot));
            case LIST -> to.setElements(toSlot, from.elements(fromSlot));
        }
    }

    static EventRow row(@Nullable Object input) {
        return row(input, null);
    }

    static EventRow rowAt(long eventTimeMillis, @Nullable Object input, @Nullable Object group) {
        EventRow row = row(input, group);
        row.setEventTimeMillis(eventTimeMillis);
        return row;
    }

    /** Arguments that are not given take their defaults. */
    static Computation bind(String name, Map<String, Object> arguments) {
        AggregateFunction function = AggregateFunctions.find(name).orElseThrow();
        Map<String, Object> complete = new HashMap<>(arguments);
        complete.putIfAbsent("label", Label.of(Traffic.LABEL_FIELD));
        complete.putIfAbsent("other", Traffic.OTHER_FIELD);
        for (Parameter parameter : function.parameters()) {
            if (parameter.defaultValue() != null) {
                complete.putIfAbsent(parameter.name(), parameter.defaultValue());
            }
        }
        return function.bind(INPUT, complete);
    }

    /** Stored and read back. */
    static Tiles tiles(Computation computation, List<EventRow> events) {
        Tiles tiles = new Tiles(computation);
        tiles.addLane(Traffic.SHARDS.get(0), events, true);
        return tiles;
    }

    static @Nullable Object value(Computation computation, List<EventRow> events) {
        return computation.value(tiles(computation, events));
    }

    static State of(StateType type, List<EventRow> events) {
        State state = type.create();
        events.forEach(state::add);
        return state;
    }

    private static void set(EventRow row, int slot, @Nullable Object value) {
        if (value instanceof String text) {
            row.setString(slot, text);
        } else if (value instanceof Boolean flag) {
            row.setBoolean(slot, flag);
        } else if (value instanceof BigDecimal big && big.precision() > 18) {
            row.setBigNumber(slot, big);
        } else if (value != null) {
            BigDecimal number = new BigDecimal(value.toString());
            row.setNumber(slot, number.unscaledValue().longValueExact(), number.scale());
        }
    }
}
