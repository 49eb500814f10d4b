/**
 * The past, read back from the archive and folded again: the records of each lane, once and in order, with gaps and
 * damage named; the items that they make, in memory.
 */
@NullMarked
package dev.tidemark.core.replay;

import org.jspecify.annotations.NullMarked;
