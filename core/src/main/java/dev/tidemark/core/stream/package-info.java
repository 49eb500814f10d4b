/** Where a record stands: lane, position, raw record, batch (protocol rules P1 and P2). */
@NullMarked
package dev.tidemark.core.stream;

import org.jspecify.annotations.NullMarked;
