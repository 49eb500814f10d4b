/** Simulated time, chance, and what is written down about a run. */
@NullMarked
package dev.tidemark.simulation.engine;

import org.jspecify.annotations.NullMarked;
