/** The past by the fold's own decisions: lanes read back from the archive, and the state they lead to, in memory. */
@NullMarked
package dev.tidemark.core.replay;

import org.jspecify.annotations.NullMarked;
