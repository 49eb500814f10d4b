/**
 * The archive, read back and compacted: every record of a lane once and in order, even if segments overlap, with gaps
 * and damage named. It knows no view.
 */
@NullMarked
package dev.tidemark.core.archive;

import org.jspecify.annotations.NullMarked;
