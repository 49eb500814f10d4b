/** What an export of history and the archive of the stream have in common around the seam between them. */
@NullMarked
package dev.tidemark.core.overlap;

import org.jspecify.annotations.NullMarked;
