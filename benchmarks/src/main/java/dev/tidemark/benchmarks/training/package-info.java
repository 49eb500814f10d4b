/** How long a training set takes, and in how much memory. */
@NullMarked
package dev.tidemark.benchmarks.training;

import org.jspecify.annotations.NullMarked;
