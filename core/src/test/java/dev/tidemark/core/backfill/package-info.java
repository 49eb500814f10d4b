/** Tests of redrives: each part of rule Q1, with a crash and a second operator at every request. */
@NullMarked
package dev.tidemark.core.backfill;

import org.jspecify.annotations.NullMarked;
