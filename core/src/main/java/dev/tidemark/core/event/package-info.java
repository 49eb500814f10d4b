/** From a raw record to a row of typed fields: paths, the row, the reader, and what makes a record bad. */
@NullMarked
package dev.tidemark.core.event;

import org.jspecify.annotations.NullMarked;
