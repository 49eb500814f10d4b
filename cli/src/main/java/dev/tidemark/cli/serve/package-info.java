/** {@code tidemark serve}. */
@NullMarked
package dev.tidemark.cli.serve;

import org.jspecify.annotations.NullMarked;
