/** What the core needs of the outside world, as interfaces. */
@NullMarked
package dev.tidemark.core.port;

import org.jspecify.annotations.NullMarked;
