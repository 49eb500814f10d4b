/** What models learn from, beside what the oracle says of random logs. */
@NullMarked
package dev.tidemark.simulation.learn;

import org.jspecify.annotations.NullMarked;
