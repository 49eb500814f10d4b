/** Taking checkpoints of the state (rules C1 and C2), and deleting old ones. */
@NullMarked
package dev.tidemark.core.checkpoint;

import org.jspecify.annotations.NullMarked;
