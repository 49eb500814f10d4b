/** Pairs: two events with one key that are joined inside a lane. What a key remembers, and what each half makes of it. */
@NullMarked
package dev.tidemark.core.pair;

import org.jspecify.annotations.NullMarked;
