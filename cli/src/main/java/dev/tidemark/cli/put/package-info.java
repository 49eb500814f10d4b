/** {@code tidemark put}: events from a file onto a stream. */
@NullMarked
package dev.tidemark.cli.put;

import org.jspecify.annotations.NullMarked;
