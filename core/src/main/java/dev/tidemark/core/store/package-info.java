/** What the core needs from outside, as interfaces. */
@NullMarked
package dev.tidemark.core.store;

import org.jspecify.annotations.NullMarked;
