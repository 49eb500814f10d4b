package dev.tidemark.core.checkpoint;

import dev.tidemark.core.store.CheckpointWriter;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.StateScan;
import java.util.function.LongSupplier;

/**
 * The outside world of a checkpoint.
 *
 * @param control only read
 * @param clockMillis wall clock
 */
public record CheckpointPorts(
        StateScan scan, ControlStore control, CheckpointWriter writer, LongSupplier clockMillis) {}
