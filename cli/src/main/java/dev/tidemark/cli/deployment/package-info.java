/** The selected deployment and its stores. */
@NullMarked
package dev.tidemark.cli.deployment;

import org.jspecify.annotations.NullMarked;
