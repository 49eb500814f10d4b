/**
 * The simulation, judged: product code with one rule of docs/protocol.md broken is compiled, loaded beside the real one,
 * and simulated until a seed fails.
 */
@NullMarked
package dev.tidemark.simulation.mutation;

import org.jspecify.annotations.NullMarked;
