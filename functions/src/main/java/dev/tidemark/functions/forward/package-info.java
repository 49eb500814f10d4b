/** Puts wanted events of one stream onto another, as the catalog's {@code forward} says. */
@NullMarked
package dev.tidemark.functions.forward;

import org.jspecify.annotations.NullMarked;
