package dev.tidemark.core.redrive;

import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.ItemStore;
import dev.tidemark.core.port.Pause;
import dev.tidemark.core.port.RedriveLog;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Everything outside that a redrive touches.
 *
 * @param control only read
 * @param clockMillis wall clock: the time of a manifest, and which blocks are about to expire
 * @param random spreads retries
 */
public record RedrivePorts(
        ItemStore items,
        ControlStore control,
        RedriveLog log,
        Pause pause,
        LongSupplier clockMillis,
        RandomGenerator random) {}
