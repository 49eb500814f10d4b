/** The quality of a model. */
@NullMarked
package dev.tidemark.cli.monitor;

import org.jspecify.annotations.NullMarked;
