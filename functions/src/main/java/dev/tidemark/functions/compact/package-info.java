/** Merges the archive's small segments into large ones, on a schedule. */
@NullMarked
package dev.tidemark.functions.compact;

import org.jspecify.annotations.NullMarked;
