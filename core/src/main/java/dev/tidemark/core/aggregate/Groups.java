package dev.tidemark.core.aggregate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A state per group, and one for all events that belong to none. */
interface Groups extends State {

    /** The groups that hold something, in encoding order. */
    List<ScalarKey> keys();

    /** The state of a group; null if it holds nothing. Not to be changed. */
    @Nullable
    State get(ScalarKey key);

    /** What belongs to no group; empty if there is nothing. Not to be changed. */
    State other();

    /** Whether there were more groups than allowed, so that {@link #other} holds some of them. */
    boolean isOverflowed();

    /** Whether all events of this group, if there were any, are in its own state and not in {@link #other}. */
    boolean separates(ScalarKey key);
}
