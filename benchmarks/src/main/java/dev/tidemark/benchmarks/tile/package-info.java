/** Items: from events to bytes and back. */
@NullMarked
package dev.tidemark.benchmarks.tile;

import org.jspecify.annotations.NullMarked;
