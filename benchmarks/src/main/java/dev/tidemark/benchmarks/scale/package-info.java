/** What a load takes of AWS, on paper: the tables of docs/scale.md. */
@NullMarked
package dev.tidemark.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
