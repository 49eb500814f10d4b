/** Output that all commands share: failures, counts, moments, progress, and texts that a terminal must not obey. */
@NullMarked
package dev.tidemark.cli.terminal;

import org.jspecify.annotations.NullMarked;
