package dev.tidemark.core.past;

/**
 * Something that a replay tells otherwise. Never holds payloads or values of events.
 *
 * @param kind what it means
 * @param view the view's name
 * @param entity the entity's canonical text; empty where the whole view is concerned
 * @param item width, block and lane of the item, see {@link dev.tidemark.core.tile.ItemKey#sortKey}; empty where the
 *     difference is none of one item
 * @param position the first position that matters; empty if there is none
 * @param text what was expected and what was found, in words
 */
public record Difference(Kind kind, String view, String entity, String item, String position, String text) {

    /** What a difference means. */
    public enum Kind {
        /** The answer is right as it was served; events that were known only later changed it. */
        LATE,
        /** An event id counted more than once, beyond what the view's rule about duplicates promises. */
        DUPLICATE,
        /** Catalog or view version are not those of the state or the receipt, so that there is nothing to compare. */
        DEFINITION,
        /** Anything else: state or archive are not what the protocol makes them. */
        FAULT
    }
}
