/**
 * The actors that deal with a run's past: they ask and keep the answers, make checkpoints, backfills, redrives,
 * restores and audits.
 */
@NullMarked
package dev.tidemark.simulation.past;

import org.jspecify.annotations.NullMarked;
