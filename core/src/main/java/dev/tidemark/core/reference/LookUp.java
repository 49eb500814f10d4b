package dev.tidemark.core.reference;

import java.util.List;

/**
 * Fields of a reference that are looked up for each event of a source, and the slots of the event's row that they fill.
 *
 * @param reference its name
 * @param keySlots where the event has the values of the reference's key, in that order
 * @param targets not empty
 */
public record LookUp(String reference, List<Integer> keySlots, List<Target> targets) {

    /** @param slot filled after the event was read, whatever it held */
    public record Target(String field, int slot) {}

    public LookUp {
        keySlots = List.copyOf(keySlots);
        targets = List.copyOf(targets);
        if (keySlots.isEmpty() || targets.isEmpty()) {
            throw new IllegalArgumentException(
                    "a look-up in '" + reference + "' by " + keySlots + " of " + targets + " is empty");
        }
    }
}
