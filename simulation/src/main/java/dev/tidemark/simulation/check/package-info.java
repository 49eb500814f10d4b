/** What must hold, watched at every write and judged at the end. */
@NullMarked
package dev.tidemark.simulation.check;

import org.jspecify.annotations.NullMarked;
