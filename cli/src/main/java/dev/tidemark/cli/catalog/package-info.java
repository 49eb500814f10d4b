/** The catalog that is meant; {@code tidemark validate} and {@code tidemark generate}. */
@NullMarked
package dev.tidemark.cli.catalog;

import org.jspecify.annotations.NullMarked;
