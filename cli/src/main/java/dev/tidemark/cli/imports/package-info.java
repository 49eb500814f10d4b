/** {@code tidemark import}: history from before the stream. */
@NullMarked
package dev.tidemark.cli.imports;

import org.jspecify.annotations.NullMarked;
