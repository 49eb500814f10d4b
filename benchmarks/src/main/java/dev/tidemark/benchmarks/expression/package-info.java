/** What filters cost. */
@NullMarked
package dev.tidemark.benchmarks.expression;

import org.jspecify.annotations.NullMarked;
