/** {@code tidemark archive}: is everything there, and is it in few large objects? */
@NullMarked
package dev.tidemark.cli.archive;

import org.jspecify.annotations.NullMarked;
