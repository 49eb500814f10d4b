/** Exact decimals without allocation on the common path. */
@NullMarked
package dev.tidemark.core.number;

import org.jspecify.annotations.NullMarked;
