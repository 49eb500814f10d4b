/** The {@code tidemark} command: each subcommand is a class, its options are its fields. */
@NullMarked
package dev.tidemark.cli;

import org.jspecify.annotations.NullMarked;
