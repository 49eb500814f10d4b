/** {@code tidemark backfill}: from one catalog to the next. */
@NullMarked
package dev.tidemark.cli.backfill;

import org.jspecify.annotations.NullMarked;
