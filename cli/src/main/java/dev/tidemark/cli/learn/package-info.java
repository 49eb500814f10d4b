/** What a model learns from: {@code tidemark cut} and {@code tidemark rows}. */
@NullMarked
package dev.tidemark.cli.learn;

import org.jspecify.annotations.NullMarked;
