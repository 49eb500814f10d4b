package dev.tidemark.core.event;

/**
 * Why a field of a readable event has no value that can be used. A flaw makes the event bad only for the views that use
 * the field (rule P3): a field that only another view reads must not change this view's content.
 */
public enum Flaw {
    NUMBER_OUT_OF_BOUNDS(
            "a number out of bounds",
            "has more than " + Bounds.MAX_NUMBER_DIGITS + " significant digits, or lies outside 10^-"
                    + Bounds.MAX_NUMBER_EXPONENT + " to 10^" + (Bounds.MAX_NUMBER_EXPONENT + 1),
            "send numbers within these bounds, or large identifiers as strings"),
    LONE_SURROGATE(
            "a string that is no Unicode text",
            "holds half of a surrogate pair, which is no Unicode text",
            "escape characters beyond U+FFFF as two \\u escapes, or do not escape them"),
    NO_NUMBER(
            "a text that is no number",
            "is a text that is no decimal number",
            "send a number or a text such as 42.50, or exclude such events with a where",
            InvalidEvent.Reason.MISTYPED_FIELD),
    TOO_MANY_ELEMENTS(
            "a list with too many elements",
            "has more than " + Bounds.MAX_ELEMENTS + " elements",
            "split the event, or aggregate something else of the list");

    private final String phrase;
    private final String problem;
    private final String remedy;
    private final InvalidEvent.Reason reason;

    Flaw(String phrase, String problem, String remedy) {
        this(phrase, problem, remedy, InvalidEvent.Reason.VALUE_OUT_OF_BOUNDS);
    }

    Flaw(String phrase, String problem, String remedy, InvalidEvent.Reason reason) {
        this.phrase = phrase;
        this.problem = problem;
        this.remedy = remedy;
        this.reason = reason;
    }

    /** What the field holds, for a message: "a number out of bounds". */
    public String phrase() {
        return phrase;
    }

    /**
     * That an event is bad for a view because of this flaw.
     *
     * @param what names the field and what it is to the view, such as "entity key 'user_id'"
     */
    public InvalidEvent invalid(String what) {
        return new InvalidEvent(reason, what + " " + problem, remedy);
    }
}
