package dev.tidemark.core.replay;

/** What a value of a past moment takes into account (rule T1). */
public enum Knowledge {
    /** What had arrived by then: what was answered at the time. */
    SERVED,
    /** Everything that is known today about what had happened by then. */
    NOW
}
