/** The catalog that is meant; {@code tidemark validate}. */
@NullMarked
package dev.tidemark.cli.catalog;

import org.jspecify.annotations.NullMarked;
