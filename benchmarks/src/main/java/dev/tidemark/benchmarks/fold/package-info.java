/** The whole fold of a batch, in memory. */
@NullMarked
package dev.tidemark.benchmarks.fold;

import org.jspecify.annotations.NullMarked;
