package dev.tidemark.core.history;

import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.RedriveLog;

/**
 * What a replay reads. It writes nothing.
 *
 * @param control lane rows say where a view's lanes begin and which lanes came before them
 */
public record HistoryPorts(
        ArchiveLog archive, RedriveLog redrives, CheckpointStore checkpoints, ControlStore control) {}
