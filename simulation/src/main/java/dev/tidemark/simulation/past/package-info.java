/** Who deals with the past of a run: asks and keeps the answers, makes checkpoints, backfills, redrives, restores, audits. */
@NullMarked
package dev.tidemark.simulation.past;

import org.jspecify.annotations.NullMarked;
