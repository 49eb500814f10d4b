/** What it takes to read the archive back. */
@NullMarked
package dev.tidemark.benchmarks.replay;

import org.jspecify.annotations.NullMarked;
