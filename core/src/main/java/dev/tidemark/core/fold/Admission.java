package dev.tidemark.core.fold;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;

/**
 * Whether a view takes an event: decided from the record and the view alone, so that every replay decides the same.
 * Asked in this order: the view's filter, the event time (too far ahead, too late), the entity key, the
 * inputs, the event id. A field is looked at only where the view uses it, so that nothing else decides (rule P3).
 */
public final class Admission {

    /** What a view does with an event. */
    public enum Verdict {
        /** The view's filter does not want it. */
        OUT,
        /** It is older than the view's retention; the archive keeps it. */
        TOO_LATE,
        IN
    }

    private Admission() {}

    /**
     * @param statedTimeMillis the event time as the producer wrote it, before clamping
     * @throws InvalidEvent if the view wants the event but cannot fold it
     */
    static Verdict judge(View view, EventRow row, long statedTimeMillis) {
        if (view.where() != null && !view.where().test(row)) {
            return Verdict.OUT;
        }
        long aheadMillis = statedTimeMillis - row.arrivalMillis();
        if (aheadMillis > view.skewMillis()) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.FAR_FUTURE,
                    "the event time is " + aheadMillis + " ms after the record's arrival; view '" + view.name()
                            + "' allows " + view.skewMillis() + " ms",
                    "correct the producer's clock, or allow more with the view's skew");
        }
        return -aheadMillis > view.retentionMillis() ? Verdict.TOO_LATE : Verdict.IN;
    }

    /** Evaluates the feature filters into bits. */
    static long filterBits(View view, EventRow row) {
        long bits = 0;
        for (int i = 0; i < view.filters().size(); i++) {
            if (view.filters().get(i).test(row)) {
                bits |= 1L << i;
            }
        }
        return bits;
    }

    /** @throws InvalidEvent if an input that a feature wants is missing, mistyped or out of bounds */
    static void checkInputs(View view, EventRow row, long filterBits) {
        for (int i = 0; i < view.inputs().size(); i++) {
            View.InputField input = view.inputs().get(i);
            if (input.filter() == TileLayout.NO_FILTER || (filterBits & 1L << input.filter()) != 0) {
                checkInput(input, row);
            }
        }
    }

    /**
     * An event without an id is good, and no duplicate of any other.
     *
     * @throws InvalidEvent if the view drops duplicates and the event id is there, but can be no id
     */
    static void checkEventId(View view, EventRow row) {
        View.Duplicates duplicates = view.duplicates();
        if (duplicates == null) {
            return;
        }
        switch (row.kind(duplicates.slot())) {
            case BOOLEAN, COMPOUND ->
                throw new InvalidEvent(
                        InvalidEvent.Reason.MISTYPED_FIELD,
                        "event id '" + duplicates.path() + "' is neither a string nor a number",
                        "send the id as a JSON string or number, or correct the source's event_id");
            case FLAWED -> throw row.flaw(duplicates.slot()).invalid("event id '" + duplicates.path() + "'");
            case ABSENT, STRING, NUMBER, BIG_NUMBER -> {}
        }
    }

    private static void checkInput(View.InputField input, EventRow row) {
        boolean number = input.input() == AggregateFunction.Input.NUMBER;
        switch (row.kind(input.slot())) {
            case ABSENT -> {
                if (input.required()) {
                    throw new InvalidEvent(
                            InvalidEvent.Reason.MISSING_FIELD,
                            "field '" + input.path() + "' is missing or null",
                            "send it, exclude such events with a where, or mark the feature optional: true");
                }
            }
            case STRING -> {
                if (number) {
                    throw mistyped(input, "a string, not a number");
                }
                checkLength(input.path(), row.string(input.slot()));
            }
            case BOOLEAN -> {
                if (number) {
                    throw mistyped(input, "a boolean, not a number");
                }
            }
            case COMPOUND -> throw mistyped(input, "an object or array, not a single value");
            case FLAWED -> throw row.flaw(input.slot()).invalid("field '" + input.path() + "'");
            case NUMBER, BIG_NUMBER -> {}
        }
    }

    private static InvalidEvent mistyped(View.InputField input, String what) {
        return new InvalidEvent(
                InvalidEvent.Reason.MISTYPED_FIELD,
                "field '" + input.path() + "' is " + what,
                "correct the producer, or name another field as the feature's input");
    }

    private static void checkLength(String path, String text) {
        if (text.length() * 3L > Bounds.MAX_SCALAR_BYTES
                && text.getBytes(StandardCharsets.UTF_8).length > Bounds.MAX_SCALAR_BYTES) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.VALUE_OUT_OF_BOUNDS,
                    "field '" + path + "' is longer than " + Bounds.MAX_SCALAR_BYTES + " bytes",
                    "aggregate a shorter field, such as an identifier or a category");
        }
    }
}
