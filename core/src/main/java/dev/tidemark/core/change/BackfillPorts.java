package dev.tidemark.core.change;

import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.BackfillLog;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Pause;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.store.RedriveLog;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Everything outside that a backfill touches.
 *
 * @param quarantine takes what a new view cannot fold, under the lane that has the record
 * @param lineage asked only for views that drop duplicates
 * @param clockMillis wall clock: which blocks are about to expire, and notes
 * @param random spreads retries
 */
public record BackfillPorts(
        ItemStore items,
        ControlStore control,
        ArchiveLog archive,
        Quarantine quarantine,
        RedriveLog redrives,
        BackfillLog log,
        Lineage lineage,
        Pause pause,
        LongSupplier clockMillis,
        RandomGenerator random) {}
