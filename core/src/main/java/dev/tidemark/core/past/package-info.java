/** Questions about the past: the values of a moment, as served and as known now. */
@NullMarked
package dev.tidemark.core.past;

import org.jspecify.annotations.NullMarked;
