/** Tests of those who act. */
@NullMarked
package dev.tidemark.simulation.world;

import org.jspecify.annotations.NullMarked;
