/** Lanes, positions, raw records and batches (protocol rules P1 and P2). */
@NullMarked
package dev.tidemark.core.stream;

import org.jspecify.annotations.NullMarked;
