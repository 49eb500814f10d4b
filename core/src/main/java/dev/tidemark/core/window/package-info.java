/** Windows, the ladder of tile widths, and which tiles answer which interval. */
@NullMarked
package dev.tidemark.core.window;

import org.jspecify.annotations.NullMarked;
