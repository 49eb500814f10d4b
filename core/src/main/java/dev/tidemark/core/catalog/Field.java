package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;

/** A field of a source's events, with its slot. */
record Field(FieldPath path, int slot) {

    @Override
    public String toString() {
        return path.toString();
    }
}
