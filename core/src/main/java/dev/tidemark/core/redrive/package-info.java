/** Folding quarantined records after all (rule Q1). */
@NullMarked
package dev.tidemark.core.redrive;

import org.jspecify.annotations.NullMarked;
