/** The whole system under one scheduler: seeded faults, an oracle that shares no code, and no threads. */
@NullMarked
package dev.tidemark.simulation;

import org.jspecify.annotations.NullMarked;
