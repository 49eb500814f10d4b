/** What the core needs of the outside world, as interfaces. */
@NullMarked
package dev.tidemark.core.store;

import org.jspecify.annotations.NullMarked;
