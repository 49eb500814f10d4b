/** Runs of many seeds. */
@NullMarked
package dev.tidemark.simulation;

import org.jspecify.annotations.NullMarked;
