package dev.tidemark.core.store;

/** What a store in memory does with a write. */
public enum Fault {
    NONE,
    /** Not applied, and says so. */
    REFUSED,
    /** Applied, but the response is lost. */
    RESPONSE_LOST,
    /** Not applied, and nobody knows. */
    REQUEST_LOST,
    /** Not applied yet; applied, if its condition still holds, when the store is told to land it. */
    LATE
}
