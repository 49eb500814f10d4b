/** The archive read back: every record of a lane once, in order, or a damage that is named. */
@NullMarked
package dev.tidemark.core.replay;

import org.jspecify.annotations.NullMarked;
