/** Training sets: a spine in, point-in-time-correct features out, by a replay of the archive. */
@NullMarked
package dev.tidemark.training;

import org.jspecify.annotations.NullMarked;
