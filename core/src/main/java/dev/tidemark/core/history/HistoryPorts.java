package dev.tidemark.core.history;

import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.RedriveLog;

/**
 * What a replay reads. It writes nothing.
 *
 * @param control lane rows say where a view's lanes begin and which lanes came before them
 * @param inputs what reading the records needs
 */
public record HistoryPorts(
        ArchiveLog archive, RedriveLog redrives, CheckpointStore checkpoints, ControlStore control, Inputs inputs) {

    /** For sources whose records are read without anything else. */
    public HistoryPorts(ArchiveLog archive, RedriveLog redrives, CheckpointStore checkpoints, ControlStore control) {
        this(archive, redrives, checkpoints, control, Inputs.NONE);
    }
}
