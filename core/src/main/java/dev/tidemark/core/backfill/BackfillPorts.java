package dev.tidemark.core.backfill;

import dev.tidemark.core.port.ArchiveLog;
import dev.tidemark.core.port.BackfillLog;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.ItemStore;
import dev.tidemark.core.port.Lineage;
import dev.tidemark.core.port.Pause;
import dev.tidemark.core.port.Quarantine;
import dev.tidemark.core.port.RedriveLog;
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
