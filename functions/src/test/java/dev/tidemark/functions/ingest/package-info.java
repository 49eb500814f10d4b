/** Tests of what the ingest function does before and after a fold. */
@NullMarked
package dev.tidemark.functions.ingest;

import org.jspecify.annotations.NullMarked;
