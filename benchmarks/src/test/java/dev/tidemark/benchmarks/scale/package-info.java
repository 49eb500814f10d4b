/** docs/scale.md is what the arithmetic gives. */
@NullMarked
package dev.tidemark.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
