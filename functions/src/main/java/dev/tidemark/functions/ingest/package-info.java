/** The ingest function: Kinesis records in, state, archive and quarantine out. Decodes, calls the fold, encodes. */
@NullMarked
package dev.tidemark.functions.ingest;

import org.jspecify.annotations.NullMarked;
