package dev.tidemark.training;

import dev.tidemark.core.port.ArchiveLog;
import dev.tidemark.core.port.CheckpointStore;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.RedriveLog;

/**
 * What a training set is made of.
 *
 * @param control only read: how much the archive must hold, which lane came out of which, and which views were backfilled
 * @param checkpoints only their positions are read: from where on the archive is needed
 */
public record Sources(ArchiveLog archive, RedriveLog redrives, ControlStore control, CheckpointStore checkpoints) {}
