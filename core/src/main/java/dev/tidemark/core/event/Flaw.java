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
            "escape characters beyond U+FFFF as two \\u escapes, or do not escape them");

    private final String phrase;
    private final String problem;
    private final String remedy;

    Flaw(String phrase, String problem, String remedy) {
        this.phrase = phrase;
        this.problem = problem;
        this.remedy = remedy;
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
        return new InvalidEvent(InvalidEvent.Reason.VALUE_OUT_OF_BOUNDS, what + " " + problem, remedy);
    }
}
