package dev.tidemark.core.restore;

import dev.tidemark.core.port.ArchiveLog;
import dev.tidemark.core.port.CheckpointStore;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.ItemStore;
import dev.tidemark.core.port.Lineage;
import dev.tidemark.core.port.Pause;
import dev.tidemark.core.port.Quarantine;
import dev.tidemark.core.port.RedriveLog;
import java.util.random.RandomGenerator;

/**
 * Everything outside that a restore touches. It knows no clock: what a replay decides depends on arrivals only.
 *
 * @param items of the new generation
 * @param control of the new generation
 * @param lineage of the live stream
 * @param random spreads retries
 */
public record RestorePorts(
        ItemStore items,
        ControlStore control,
        CheckpointStore checkpoints,
        ArchiveLog archive,
        Quarantine quarantine,
        RedriveLog redrives,
        Lineage lineage,
        Pause pause,
        RandomGenerator random) {}
