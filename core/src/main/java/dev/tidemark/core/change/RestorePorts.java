package dev.tidemark.core.change;

import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Pause;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.store.RedriveLog;
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
