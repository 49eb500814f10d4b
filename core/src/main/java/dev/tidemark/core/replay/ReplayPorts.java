package dev.tidemark.core.replay;

import dev.tidemark.core.port.ArchiveLog;
import dev.tidemark.core.port.CheckpointStore;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.RedriveLog;

/**
 * What a replay reads. It writes nothing.
 *
 * @param control lane rows say where a view's lanes begin and which lanes came before them
 */
public record ReplayPorts(ArchiveLog archive, RedriveLog redrives, CheckpointStore checkpoints, ControlStore control) {}
