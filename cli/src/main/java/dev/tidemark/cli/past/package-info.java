/** {@code tidemark get}, {@code audit} and {@code training-set}: values, and what the archive says about them. */
@NullMarked
package dev.tidemark.cli.past;

import org.jspecify.annotations.NullMarked;
