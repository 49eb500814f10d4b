/** {@code tidemark checkpoint} and {@code tidemark restore}. */
@NullMarked
package dev.tidemark.cli.checkpoint;

import org.jspecify.annotations.NullMarked;
