package dev.tidemark.core.aggregate;

/** A state from which events can be taken back, in memory: nothing that is stored was ever subtracted from. */
interface Subtractable extends State {

    /**
     * Leaves what the events that were added here, but not there, give. The other is of the same type, is not changed, and
     * holds only events that were added here too.
     */
    void subtract(State part);
}
