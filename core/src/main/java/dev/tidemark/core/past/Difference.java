package dev.tidemark.core.past;

/**
 * Something that differs from a replay. Never holds payloads or values of events.
 *
 * @param kind what it means
 * @param view the view's name
 * @param entity the entity's canonical text; empty if it concerns the whole view
 * @param item width, block and lane of the item, see {@link dev.tidemark.core.tile.ItemKey#sortKey}; empty if it does
 *     not concern one item
 * @param position the first position that matters; empty if there is none
 * @param text expected and found, in words
 */
public record Difference(Kind kind, String view, String entity, String item, String position, String text) {

    /** What a difference means. */
    public enum Kind {
        /** The answer was right when served; events that became known later changed it. */
        LATE,
        /** An event id counted more than once, beyond what the view's rule about duplicates promises. */
        DUPLICATE,
        /** Catalog or view version differ from those of the state or the receipt, so nothing can be compared. */
        DEFINITION,
        /** Anything else: state or archive contradict the protocol. */
        FAULT
    }
}
