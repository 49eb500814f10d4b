/** The aggregate functions and the mergeable states they are made of. */
@NullMarked
package dev.tidemark.core.aggregate;

import org.jspecify.annotations.NullMarked;
