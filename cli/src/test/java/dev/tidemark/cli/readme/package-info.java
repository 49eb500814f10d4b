/** The commands of the README, as they stand there. */
@NullMarked
package dev.tidemark.cli.readme;

import org.jspecify.annotations.NullMarked;
