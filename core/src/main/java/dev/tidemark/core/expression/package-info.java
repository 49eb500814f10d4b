/** Filters over events and expressions over features, in CEL. */
@NullMarked
package dev.tidemark.core.expression;

import org.jspecify.annotations.NullMarked;
