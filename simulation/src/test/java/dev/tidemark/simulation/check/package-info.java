/** Tests of what watches. */
@NullMarked
package dev.tidemark.simulation.check;

import org.jspecify.annotations.NullMarked;
