/** Files of rows, on this machine or in an object store, read as JSON values: Parquet, CSV and JSON lines. */
@NullMarked
package dev.tidemark.tables;

import org.jspecify.annotations.NullMarked;
