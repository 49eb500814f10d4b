/** The actors of a run: producers, event source mapping, sandboxes, operators. */
@NullMarked
package dev.tidemark.simulation.world;

import org.jspecify.annotations.NullMarked;
