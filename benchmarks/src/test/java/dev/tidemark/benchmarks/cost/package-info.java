@NullMarked
package dev.tidemark.benchmarks.cost;

import org.jspecify.annotations.NullMarked;
