/** The ingest path run whole under a seed, with every fault that the protocol names, against the oracle. */
@NullMarked
package dev.tidemark.simulation;

import org.jspecify.annotations.NullMarked;
