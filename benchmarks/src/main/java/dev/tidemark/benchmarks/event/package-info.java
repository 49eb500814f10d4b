/** How fast events are read. */
@NullMarked
package dev.tidemark.benchmarks.event;

import org.jspecify.annotations.NullMarked;
