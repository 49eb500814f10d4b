/** The checkpoint function: takes checkpoints by schedule, in as many invocations as one takes, and deletes old ones. */
@NullMarked
package dev.tidemark.functions.checkpoint;

import org.jspecify.annotations.NullMarked;
