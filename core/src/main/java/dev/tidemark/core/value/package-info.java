/** What values of features are, and how they are written. */
@NullMarked
package dev.tidemark.core.value;

import org.jspecify.annotations.NullMarked;
