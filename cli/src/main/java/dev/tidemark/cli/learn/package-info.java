/** What a model learns from: {@code tidemark cut} and {@code tidemark rows}; and how it is trained: {@code tidemark train}. */
@NullMarked
package dev.tidemark.cli.learn;

import org.jspecify.annotations.NullMarked;
