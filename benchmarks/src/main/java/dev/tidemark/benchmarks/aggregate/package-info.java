/** Measures the states of single functions. */
@NullMarked
package dev.tidemark.benchmarks.aggregate;

import org.jspecify.annotations.NullMarked;
