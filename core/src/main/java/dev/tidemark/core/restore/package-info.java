/** Restoring a checkpoint into new tables, and replaying the archive behind it (rules R1 to R3). */
@NullMarked
package dev.tidemark.core.restore;

import org.jspecify.annotations.NullMarked;
