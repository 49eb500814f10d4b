/** What a query costs once its items are read. */
@NullMarked
package dev.tidemark.benchmarks.serve;

import org.jspecify.annotations.NullMarked;
