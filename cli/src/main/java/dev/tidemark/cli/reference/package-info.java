/** Tables beside the streams: {@code tidemark reference}. */
@NullMarked
package dev.tidemark.cli.reference;

import org.jspecify.annotations.NullMarked;
