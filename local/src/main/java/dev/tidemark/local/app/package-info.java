/** Tidemark's own functions in the local system: the deployed handlers, pointed at local endpoints. */
@NullMarked
package dev.tidemark.local.app;

import org.jspecify.annotations.NullMarked;
