package dev.tidemark.core.fold;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.number.Decimals;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Decides whether a view takes an event, from the record and the view alone, so that every replay decides the same.
 * Everything but duplicates is decided here, in this order: the view's filter, the event time (the other side of the
 * seam, too far ahead, too late), the entity key, the inputs, the event id. Only fields that the view uses are read, so that nothing else
 * decides (rule P3).
 *
 * <p>Holds the answer about the record judged last; not thread-safe.
 */
public sealed class Admission permits HalfAdmission {

    private final View view;
    private final int[] keySlots;
    private final List<String> keyNames;

    /** Then an event that passes no feature's filter changes no item and costs no write. */
    private final boolean everyStateIsFiltered;

    private String entity = "";
    private long filterBits;

    /** What a view does with an event. */
    public enum Verdict {
        /** The view's filter does not want it. */
        OUT,
        /** It is older than the view's retention, or happened later than the view's {@code within}; the archive keeps it. */
        TOO_LATE,
        /** It came on the stream, but happened before the source's seam (rule I2). */
        BEFORE_SEAM,
        /** It was imported, but happened at the seam or later, or the view reads pairs. */
        AFTER_SEAM,
        IN
    }

    /** How a view decides about the events of its source. */
    static Admission of(View view) {
        return view.pairs() == null ? new Admission(view) : new HalfAdmission(view, view.pairs());
    }

    Admission(View view) {
        this.view = view;
        this.keySlots = view.entity().stream().mapToInt(View.KeyField::slot).toArray();
        this.keyNames = view.entity().stream().map(View.KeyField::name).toList();
        this.everyStateIsFiltered =
                view.layout().entries().stream().allMatch(entry -> entry.filter() != TileLayout.NO_FILTER);
    }

    /**
     * Decides whether the view takes the record, and if so, for which entity.
     *
     * @throws InvalidEvent if the view wants the event but cannot fold it
     */
    Verdict judge(BatchRows rows, int index) {
        InvalidEvent unreadable = rows.invalid(index);
        if (unreadable != null) {
            throw unreadable;
        }
        EventRow row = rows.row(index);
        if (!wants(row)) {
            return Verdict.OUT;
        }
        if (!counts(rows, index)) {
            return rows.isImport() ? Verdict.AFTER_SEAM : Verdict.BEFORE_SEAM;
        }
        long aheadMillis = rows.statedTimeMillis(index) - row.arrivalMillis();
        if (aheadMillis > view.skewMillis()) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.FAR_FUTURE,
                    "the event time is " + aheadMillis + " ms after the record's arrival; view '" + view.name()
                            + "' allows " + view.skewMillis() + " ms",
                    "correct the producer's clock, or allow more with the view's skew");
        }
        if (-aheadMillis > view.admittedMillis() || happensTooLate(row, rows.statedTimeMillis(index))) {
            return Verdict.TOO_LATE;
        }
        entity = entityOf(row);
        return Verdict.IN;
    }

    /** I2: whether the event's side of the seam is its lane's. */
    boolean counts(BatchRows rows, int index) {
        return rows.isOnItsSide(index);
    }

    /** @throws InvalidEvent if the event does not say when it happened */
    private boolean happensTooLate(EventRow row, long statedMillis) {
        View.Within within = view.within();
        if (within == null) {
            return false;
        }
        long happened = JsonEventReader.millis(row, within.happened());
        if (happened == IsoTime.NONE) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.NO_EVENT_TIME,
                    "view '" + view.name() + "' needs the time '" + within.path()
                            + "', which is missing or cannot be read",
                    "send it as the source's event_time, or remove within from the view");
        }
        return happened - statedMillis > within.millis();
    }

    /** @throws InvalidEvent if that cannot be decided */
    boolean wants(EventRow row) {
        return view.where() == null || view.where().test(row);
    }

    /**
     * Which entity an event is about, whether or not the view takes it.
     *
     * @throws InvalidEvent if it names none
     */
    String entityOf(EventRow row) {
        return EntityKeys.of(row, keySlots, keyNames);
    }

    /**
     * The rest, for an event that the view takes.
     *
     * @throws InvalidEvent if an input that a feature needs is missing, mistyped or out of bounds, or the event id is
     *     invalid
     */
    void check(EventRow row) {
        filterBits = filterBits(row);
        for (int i = 0; i < view.inputs().size(); i++) {
            View.InputField input = view.inputs().get(i);
            if (input.filter() == TileLayout.NO_FILTER || (filterBits & 1L << input.filter()) != 0) {
                checkInput(input, row);
            }
        }
        if (view.duplicates() != null) {
            checkEventId(view.duplicates(), row);
        }
    }

    /** After {@link #judge} said that the view takes the event. */
    String entity() {
        return entity;
    }

    /** After {@link #check}: which filters of the features the event passes. */
    long filterBits() {
        return filterBits;
    }

    /** After {@link #check}: the event passes no filter of a feature, so that there is nothing to write. */
    boolean changesNothing() {
        return filterBits == 0 && everyStateIsFiltered;
    }

    private long filterBits(EventRow row) {
        long bits = 0;
        for (int i = 0; i < view.filters().size(); i++) {
            if (view.filters().get(i).test(row)) {
                bits |= 1L << i;
            }
        }
        return bits;
    }

    /** An event without an id is good, and no duplicate of any other. */
    private static void checkEventId(View.Duplicates duplicates, EventRow row) {
        switch (row.kind(duplicates.slot())) {
            case BOOLEAN, COMPOUND, LIST ->
                throw new InvalidEvent(
                        InvalidEvent.Reason.MISTYPED_FIELD,
                        "event id '" + duplicates.path() + "' is neither a string nor a number",
                        "send the id as a JSON string or number, or correct the source's event_id");
            case FLAWED -> throw row.flaw(duplicates.slot()).invalid("event id '" + duplicates.path() + "'");
            case ABSENT, STRING, NUMBER, BIG_NUMBER -> {}
        }
    }

    static void checkInput(View.InputField input, EventRow row) {
        switch (row.kind(input.slot())) {
            case ABSENT -> {
                if (input.required()) {
                    throw new InvalidEvent(
                            InvalidEvent.Reason.MISSING_FIELD,
                            "field '" + shown(input) + "' is missing or null",
                            "send it, exclude such events with a where, or mark the feature optional: true");
                }
            }
            case STRING -> {
                checkType(input, AggregateFunction.Input.TEXT);
                checkLength(input.path(), row.string(input.slot()), Bounds.MAX_SCALAR_BYTES);
            }
            case BOOLEAN -> checkType(input, AggregateFunction.Input.BOOLEAN);
            case COMPOUND -> throw mistyped(input, "an object or array, not a single value");
            case FLAWED -> throw row.flaw(input.slot()).invalid("field '" + shown(input) + "'");
            case LIST -> row.elements(input.slot()).forEach(element -> checkInput(input.ofElement(), element));
            case NUMBER, BIG_NUMBER -> {
                checkType(input, AggregateFunction.Input.NUMBER);
                checkRange(input, row);
            }
        }
    }

    private static void checkRange(View.InputField input, EventRow row) {
        boolean isWithin = switch (input.input()) {
            case PROBABILITY -> signum(row, input.slot()) >= 0 && compareWith1(row, input.slot()) <= 0;
            case BINARY -> signum(row, input.slot()) == 0 || compareWith1(row, input.slot()) == 0;
            case NONE, NUMBER, SCALAR, TEXT, BOOLEAN -> true;
        };
        if (!isWithin) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.VALUE_OUT_OF_BOUNDS,
                    "field '" + shown(input) + "' is not " + word(input.input()),
                    "correct the producer, or name another field as the feature's input or label");
        }
    }

    private static int signum(EventRow row, int slot) {
        return row.kind(slot) == EventRow.Kind.NUMBER
                ? Long.signum(row.unscaled(slot))
                : row.decimal(slot).signum();
    }

    private static int compareWith1(EventRow row, int slot) {
        return row.kind(slot) == EventRow.Kind.NUMBER
                ? Decimals.compare(row.unscaled(slot), row.scale(slot), 1, 0)
                : row.decimal(slot).compareTo(BigDecimal.ONE);
    }

    private static void checkType(View.InputField input, AggregateFunction.Input found) {
        if (!input.input().accepts(found)) {
            throw mistyped(input, word(found) + ", not " + word(input.input()));
        }
    }

    private static String word(AggregateFunction.Input input) {
        return switch (input) {
            case NUMBER -> "a number";
            case TEXT -> "a string";
            case BOOLEAN -> "a boolean";
            case PROBABILITY -> "a number from 0 to 1";
            case BINARY -> "0, 1, true or false";
            case NONE, SCALAR -> "a single value";
        };
    }

    /** What nobody wrote is not shown: that an optional text must be short. */
    private static String shown(View.InputField input) {
        FieldPath path = FieldPath.parse(input.path());
        return path.as() == FieldPath.As.SHORT ? path.asItStands().toString() : input.path();
    }

    private static InvalidEvent mistyped(View.InputField input, String what) {
        return new InvalidEvent(
                InvalidEvent.Reason.MISTYPED_FIELD,
                "field '" + shown(input) + "' is " + what,
                "correct the producer, or name another field as the feature's input");
    }

    static void checkLength(String path, String text, int maxBytes) {
        if (text.length() * 3L > maxBytes && text.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.VALUE_OUT_OF_BOUNDS,
                    "field '" + path + "' is longer than " + maxBytes + " bytes",
                    "aggregate a shorter field, such as an identifier or a category");
        }
    }
}
