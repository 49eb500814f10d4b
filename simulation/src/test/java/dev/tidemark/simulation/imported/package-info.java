/** Imports of history: random events on both sides of a seam, against the oracle. */
@NullMarked
package dev.tidemark.simulation.imported;

import org.jspecify.annotations.NullMarked;
