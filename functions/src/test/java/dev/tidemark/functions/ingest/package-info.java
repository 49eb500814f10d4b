/** Tests of the ingest function's log. */
@NullMarked
package dev.tidemark.functions.ingest;

import org.jspecify.annotations.NullMarked;
